"""What a page says about the site itself: alive, parked, gone, expired, empty or walled off."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    """One of the patterns, in text in lower case."""
    return re.compile("|".join(patterns), re.DOTALL)


_PARKED = _any(
    r"域名(?:正在)?(?:出售|转让|待售)",
    r"(?:本|此|该)域名(?:可|正在|欲)?(?:合作|出售|转让|交易)",
    r"购买(?:此|该|本)域名|域名停放",
    r"domain (?:name )?(?:is |may be )?(?:for sale|parked)",
    r"buy this domain|parked (?:free|domain|page)|this domain is registered",
    r"inquire about this domain|parked domain name on|domain was recently registered (?:at|with)",
    r"домен (?:припаркован|прода[её]тся)|dominio (?:aparcado|en venta)|domaine? est à vendre",
)
_PARKING_HOSTS = (
    "sedoparking.com", "parkingcrew.net", "bodis.com", "bodiscdn.com", "parklogic.com", "afternic.com", "dan.com",
    "above.com", "hugedomains.com", "domaincntrol.com", "ename.com", "4.cn", "22.cn", "juming.com",
    "uniregistry.com", "voodoo.com", "skenzo.com", "undeveloped.com",
)  # fmt: skip
_EXPIRED = _any(
    r"(?:空间|主机|服务器|网站|站点|域名|账[号户])(?:服务)?(?:已经?|己)"
    r"(?:到期|过期|停用|暂停|被?关闭|欠费|暂停服务)",
    r"(?:site|website|account|hosting|domain(?: name)?|service)(?: has| have| is)?(?: been)? "
    r"(?:suspended|expired|disabled)",
    r"contact your hosting provider|站点创建成功|没有找到站点",
    r"welcome to nginx|apache2? .{0,20}default page|iis windows server",
    r"default web site page|site not (?:found|published|configured)",
    r"website (?:is )?sleeping|account has been (?:removed|terminated|blocked)",
    r"there isn't a github pages site here|no such app|deployment (?:not found|has been disabled)",
)
_BLOCKED = _any(
    r"just a moment|attention required|checking your browser",
    r"verify(?:ing)? you are (?:a )?human|请完成(?:安全|人机)验证",
    r"访问(?:被拦截|被拒绝|受限|过于频繁|异常)",
    r"(?:请求|访问).{0,12}(?:被|已)(?:网站管理员|防火墙|云防护|waf)?(?:拦截|阻断|禁止)",
    r"access (?:to this page has been )?denied|web application firewall|ddos protection",
    r"your (?:ip|request) (?:has been )?blocked|suspected phishing",
    r"该网站暂时无法(?:进行)?访问|未(?:按.{0,20})?备案.{0,40}(?:无法|禁止|暂停)",
    r"涉嫌.{0,12}(?:诈骗|违法|违规).{0,20}(?:拦截|阻断|停止访问)",
    r"not available in your (?:country|region)|(?:do not|don.?t) have permission to access",
    r"(?:do not|don.?t) have authorization to view|\b401 authorization required",
    r"access to (?:this |the )?(?:web)?site is (?:restricted|prohibited|blocked)",
    r"доступ к (?:сайту|ресурсу|странице) (?:ограничен|запрещ[её]н|заблокирован)",
    r"site is being used for fraudulent purposes|\breference #\d+\.[0-9a-f]{6}",
)
_EDGE = re.compile(r"\bray id\W{1,3}[0-9a-f]{16}\b")
"""What a delivery network (Cloudflare) writes on its own pages of errors and checks, longer than others'."""
_ORIGIN_GONE = _any(r"error (?:52\d|530|1016)\b|origin dns error|host error|connection timed out")
_MISSING = _any(
    r"\b404\b|not found|page (?:does ?n.t|does not) exist|no longer available",
    r"页面(?:不存在|找不到|未找到|已删除|丢失)|找不到(?:页面|网页|您|该)",
    r"(?:网页|内容|文件|地址)(?:不存在|已删除|已失效)|无法找到(?:该页|页面|网页)",
    r"seite nicht gefunden|p[áa]gina no encontrada|page non trouvée|pagina non trovata",
    r"страница не найдена|ページが見つかりません|페이지를 찾을 수 없",
)
_BROKEN = _any(r"internal server error|service unavailable|bad gateway|bad request|http error 50\d")
_UNBUILT = _any(
    r"under (?:construction|maintenance)|down for maintenance|en (?:construcci[óo]n|mantenimiento)",
)
"""Not in Chinese: 页面升级中 stands over the links of pages that lead on to gambling."""
_OF_HOSTERS = {
    "parked": _any(
        r"домен припаркован|разместите свой сайт в timeweb|это технический домен",
        r"\Atutorials\s+(?:knowledge\s+base|earn\s+with\s+us)\s+affiliates\s+login",
    ),
    "expired-hosting": _any(
        r"website is sleeping|website ha(?:s|ve) been suspended|website is no longer available",
        r"\A\W*sorry\W+if you are the owner of this website|\A\W*what is plesk",
    ),
    "blocked": _any(
        r"(?:do not|don.?t) have permission to access this page",
        r"\A\W*url terminated|a user has reported this shortened url",
        r"this (?:url|link) has been flagged",
    ),
    "dead": _any(r"\berro(?:r)? http 404|http error 404"),
}
"""How hosters and shorteners of links begin their own notices, which go on with what they sell."""
_LITTLE = 600
"""Characters up to which a page is little enough to be nothing but such a notice."""
_LITTLE_EDGE = 2000
"""Characters from which on a page is no notice at all."""
_LITTLE_OF_HOSTERS, _BEGINS = 1200, 200
_LEAST = 100
"""Characters up to which a page that says that it is being built or mended says nothing else."""
_UNWRITTEN = 20
"""Characters below which a page of scripts has said nothing yet, not even that it is an error."""
_GONE = {404, 410}
_WALLS = {401, 403, 429, 451, 503}


def page_state(
    status: int,
    *,
    title: str,
    text: str,
    content: int,
    resource_hosts: tuple[str, ...],
    asks_secrets: bool = False,
    offers: bool = False,
    scripted: bool = False,
) -> str:
    """One of the states of `page.state`.

    `content` counts what a visitor can see or use beside text: images, frames, fields, links. A page
    that `asks_secrets` (a password, a card, a code) is no notice, whatever it says: "your account was
    suspended" is what phishing says too. One that `offers` something (a program, a way to reach
    somebody) may be a notice, but is not gone. A browser shows every page alike, whatever its status:
    status and title count only where there is little else. Neither says that a page is gone whose
    words are still to be made by its scripts (`scripted`).
    """
    if asks_secrets or len(text) >= _LITTLE_EDGE:
        return "live"
    title, text = title.lower(), text.lower()
    notice = _notice(title, text, resource_hosts, offers)
    if notice is not None:
        return notice
    if not offers and len(text) <= _LITTLE:
        if status in _WALLS:
            return "blocked"
        if scripted and len(text) < _UNWRITTEN:
            return "live"
        if status in _GONE or status >= 500 or (len(text) < 300 and _BROKEN.search(text)):
            return "dead"
        if _MISSING.search(title) or (len(text) < 200 and _MISSING.search(text)):
            return "soft-404"
        if len(text) <= _LEAST and _UNBUILT.search(text):
            return "empty"
    return "empty" if len(text) < 2 and not content else "live"


def _notice(title: str, text: str, resource_hosts: tuple[str, ...], offers: bool) -> str | None:
    """What a page says that is little more than a notice, in lower case."""
    if any(host.endswith(_PARKING_HOSTS) for host in resource_hosts):
        return "parked"
    if _EDGE.search(text):
        gone = not offers and _ORIGIN_GONE.search(f"{title}\n{text}")
        return "dead" if gone else "blocked"
    if len(text) <= _LITTLE_OF_HOSTERS and not offers:
        for state, pattern in _OF_HOSTERS.items():
            if pattern.search(text[:_BEGINS]):
                return state
    if len(text) > _LITTLE:
        return None
    words = f"{title}\n{text}"
    for state, pattern in (
        ("parked", _PARKED),
        ("expired-hosting", _EXPIRED),
        ("blocked", _BLOCKED),
    ):
        if pattern.search(words):
            return state
    return None
