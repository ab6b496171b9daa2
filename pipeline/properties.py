"""The properties an observation can have: the one vocabulary between spiders, feeds and classifiers.

A property's value is JSON of the shape its sentence gives. A spider adds a property by adding a
line here; a classifier reads nothing that is not here.
"""

PROPERTIES: dict[str, str] = {
    "http.state": "how the visit ended: `ok`, `dns-nxdomain`, `dns-error`, `refused-address`, `connect-error`, "
    "`timeout`, `too-large`, `too-many-redirects` (or too slow ones), `bad-scheme`, `tls-error`, `http-error`, "
    "`unreadable` (the page stopped or killed its reader), `not-visited` (silent neighbours left no time for it; "
    "it is visited again the next day); a page that was cut is `ok`, and `http.body` says so",
    "http.hops": "list, in order, of {url, status, ip, headers, kind: start|http|refresh|meta|js|iframe|rendered, "
    "certificate|null}",
    "http.final_url": "canonical URL of the page that was read at the end of the hops",
    "http.status": "status code of the final response",
    "http.body": "{sha256, size, content_type, charset, truncated} of the final body, kept in the artifact store",
    "page": "what was read from the final page, in the shape of `spiders.extract.page.Page` as JSON",
    "page.state": "`live`, `parked`, `dead`, `soft-404`, `expired-hosting`, `empty`, `blocked`",
    "page.rendered": "true or false: whether the page was also seen in a browser",
    "page.unrendered": "why a page that needs a browser was not seen in one: `no-browser`, `failed` (it stopped or "
    "killed the browser), `left-over` (the batch's time for it was up; it is visited again the next day)",
    "page.further": "list of pages of the same site beside the first, in the shape of `page`",
    "page.beside": "list of what else a visitor may see of the same visit, where a refresh, script or frame of "
    "a page leads there and the page has something to say itself, or leads to several places; and of pages "
    "that lead on, but may not in a browser (`left`): {kind: refresh|meta|js|iframe|left, url, "
    "state: as `http.state`, status, rendered: bool, truncated: bool, page: in the shape of `page`, or null}",
    "page.cloaking": "a material difference between the profiles: {mobile, desktop: {final_url, status, title, "
    "state, text, text_length, fields}, difference 0 to 1}",
    "dns": "{status: noerror|nxdomain|servfail|timeout|loop; a, aaaa, cname (the chain): lists of text; "
    "ns, ns_a (addresses of the name servers), mx, txt, soa, caa: lists of text, null where nobody answered; "
    "ttl: seconds, rounded up to a customary one, or null; wildcard, spf, dmarc: bool|null}",
    "registration": "{registered, changed, expires: ISO dates|null; registrar|null; source: rdap|unknown}",
    "tls": "{issuer, subject, not_before, not_after, sans: list, self_signed: bool, sha256}",
    "network": "{asn, organisation, country: ISO 3166 alpha-2, each or null; source: database|unknown} of the "
    "address that was connected to",
    "calls": "call features of a number over a window: {window: days, first_day, last_day: of the delivery, "
    "called_on: local day of its last call, features: {name: number|null}}",
    "spoofed": "others showed this number on calls of theirs: {window: days, day: local day, calls: how many, "
    "own: how many it made itself that day}",
    "links": "other numbers or sites that share something with this one: list of {indicator, by}, and "
    "`confirmed: true` where that one is settled as fraud",
}

OF_A_VISIT = frozenset(
    name for name in PROPERTIES if name == "tls" or name.startswith(("http.", "page"))
)
"""What one visit to a site showed: these belong together, and none outlives the visit."""
