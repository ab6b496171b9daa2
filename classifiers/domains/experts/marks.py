"""A `Site` → tokens of what its markup names: hosts it loads from, fields it asks for, sizes of tags."""

import math

from classifiers.domains.site import Site

_HOSTS = 60


def marks(site: Site) -> list[str]:
    """Tokens such as `load=cdn.example`, `asks=password`, `div=4` (a count's logarithm to base 2).
    Empty where no markup was read."""
    if not site.marked_up:
        return []
    found = [f"link={_site_of(h)}" for h in site.strings("external_hosts")[:_HOSTS]]
    for host in site.strings("resource_hosts")[:_HOSTS]:
        found += [f"load={_site_of(host)}", f"host={host}"]
    for form in site.forms:
        for field in form.get("fields") or ():
            found += [
                f"name={str(field.get('name')).lower()[:30]}",
                f"type={field.get('type')}",
                f"asks={field.get('meaning')}",
                f"label={str(field.get('label')).lower()[:30]}",
            ]
    found += [f"language={site.language}", f"charset={site.page.get('declared_charset')}"]
    found += [f"trick={name}" for name, n in site.tricks.items() if n]
    for tag, n in site.tags.items():
        found += [f"tag={tag}", f"{tag}={int(math.log2(n + 1))}"]
    return found


def _site_of(host: str) -> str:
    return ".".join(host.split(".")[-2:])
