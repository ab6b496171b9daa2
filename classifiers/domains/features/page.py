"""Features of a page's structure: sizes, tags, links, scripts. None throughout where no markup was read."""

from collections.abc import Callable

from classifiers.domains.features.feature import Feature, Read, family, log1p
from classifiers.domains.site import Site


def _sized(site: Site, name: str) -> float | None:
    return log1p(site.number(name)) if site.marked_up else None


def html_size(site: Site) -> float | None:
    """Size of the markup, logarithmic. Kits are small, portals large."""
    return _sized(site, "html_length")


def text_size(site: Site) -> float | None:
    """Length of the visible text, logarithmic. A page that only asks says little."""
    return _sized(site, "text_length")


def text_share(site: Site) -> float | None:
    """Share of the markup that is visible text. Copied pages carry markup without words."""
    html, text = site.number("html_length"), site.number("text_length")
    return None if not html or text is None else text / html


def hidden_share(site: Site) -> float | None:
    """Share of text that is hidden. Stuffing for filters and search engines."""
    return site.number("hidden_text") if site.marked_up else None


def text_lines(site: Site) -> float | None:
    """Blocks of text, logarithmic. Articles have many."""
    return log1p(site.text.count("\n")) if site.marked_up else None


def line_length(site: Site) -> float | None:
    """Mean length of a block of text. Prose has long ones, menus and forms short ones."""
    return log1p(len(site.text) / (1 + site.text.count("\n"))) if site.marked_up else None


def longest_line(site: Site) -> float | None:
    """Longest block of text, logarithmic. A page without one paragraph tells nothing."""
    return log1p(max(map(len, site.text.split("\n")), default=0)) if site.marked_up else None


def _count(site: Site, section: str, name: str) -> float | None:
    part = site.page.get(section)
    value = part.get(name) if isinstance(part, dict) else None
    return float(value) if isinstance(value, int | float) else None


def links(site: Site) -> float | None:
    """Number of links, logarithmic. Honest sites lead somewhere."""
    counts = [_count(site, "links", kind) for kind in ("internal", "external", "null")]
    known = [c for c in counts if c is not None]
    return log1p(sum(known)) if known else None


def null_links(site: Site) -> float | None:
    """Share of links that lead nowhere. Copied fronts keep the menu without its targets."""
    counts = [_count(site, "links", kind) for kind in ("internal", "external", "null")]
    known = [c for c in counts if c is not None]
    return (counts[2] or 0) / sum(known) if sum(known) else None


def external_hosts(site: Site) -> float | None:
    """Distinct other hosts named, logarithmic."""
    return log1p(len(site.strings("external_hosts"))) if site.marked_up else None


def resource_hosts(site: Site) -> float | None:
    """Distinct other hosts that the page loads from, logarithmic. Portals load from many."""
    return log1p(len(site.strings("resource_hosts"))) if site.marked_up else None


def scripts(site: Site) -> float | None:
    """Number of scripts, logarithmic."""
    return log1p(_count(site, "scripts", "count"))


def script_size(site: Site) -> float | None:
    """Script within the page, logarithmic."""
    return log1p(_count(site, "scripts", "bytes"))


def images(site: Site) -> float | None:
    """Number of images, logarithmic."""
    return _sized(site, "images")


def distinct_tags(site: Site) -> float | None:
    """Number of different tags. Grown sites use many kinds."""
    return float(len(site.tags)) if site.marked_up else None


def text_per_tag(site: Site) -> float | None:
    """Visible characters per element. Articles are dense, kits sparse."""
    tags, text = sum(site.tags.values()), site.number("text_length")
    return None if not tags or text is None else log1p(text / tags)


def title_length(site: Site) -> float | None:
    """Length of the title; 0 where there is none."""
    return float(len(site.title)) if site.page else None


def description_length(site: Site) -> float | None:
    """Length of the meta description, logarithmic. Who wants to be found writes one."""
    return log1p(len(str(site.page.get("description") or ""))) if site.marked_up else None


def title_in_text(site: Site) -> float | None:
    """Whether the title's words stand in the text too. Copied titles often do not."""
    words = [w for w in site.title.split() if len(w) > 2]
    return sum(w in site.text for w in words) / len(words) if words else None


def has_copyright(site: Site) -> float | None:
    """Whether the page has a copyright line."""
    return float(bool(site.page.get("copyright"))) if site.marked_up else None


def frames(site: Site) -> float | None:
    """Number of frames, logarithmic."""
    return log1p(len(site.strings("iframes"))) if site.marked_up else None


def refreshes(site: Site) -> float | None:
    """Whether the page sends its visitor on by meta refresh or script."""
    if not site.marked_up:
        return None
    return float(bool(site.page.get("meta_refresh") or site.page.get("script_redirect")))


def unrendered(site: Site) -> float | None:
    """Whether the text seems to exist only after scripts ran."""
    return float(bool(site.page.get("needs_rendering"))) if site.marked_up else None


def declared_charset(site: Site) -> float | None:
    """Whether the page declares its encoding. Old hand-made pages and fragments do not."""
    return float(bool(site.page.get("declared_charset"))) if site.marked_up else None


def _trick(name: str) -> Callable[[Site], float | None]:
    def read(site: Site) -> float | None:
        return log1p(site.tricks.get(name)) if site.marked_up else None

    read.__name__ = f"trick_{name}"
    read.__doc__ = f"Uses of {name} in scripts or text, logarithmic. Hiding has a purpose."
    return read


def _tag(name: str) -> Callable[[Site], float | None]:
    def read(site: Site) -> float | None:
        return log1p(site.tags.get(name, 0)) if site.marked_up else None

    read.__name__ = f"tag_{name}"
    read.__doc__ = (
        f"Number of <{name}> elements, logarithmic. What a page is built of shows what it is for."
    )
    return read


TRICKS = ("eval", "atob", "unescape", "document_write", "from_char_code", "packed", "hex_names",
          "hex_escapes", "long_base64", "zero_width", "look_alike")  # fmt: skip
TAGS = ("a", "abbr", "article", "aside", "b", "blockquote", "body", "br", "button", "canvas", "center",
        "div", "em", "fieldset", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "header",
        "hr", "i", "iframe", "img", "input", "label", "li", "link", "main", "meta", "nav", "noscript",
        "object", "ol", "option", "other", "p", "script", "section", "select", "small", "source", "span",
        "strong", "style", "svg", "table", "tbody", "td", "textarea", "time", "title", "tr", "ul",
        "video", "path")  # fmt: skip

_NAMED: tuple[tuple[str, Read], ...] = (
    ("页面代码大小", html_size), ("可见文字长度", text_size), ("文字占代码的比例", text_share),
    ("隐藏文字比例", hidden_share), ("文字块数量", text_lines), ("文字块平均长度", line_length),
    ("最长文字块", longest_line), ("链接数量", links), ("空链接比例", null_links),
    ("涉及的外部主机数", external_hosts), ("加载资源的外部主机数", resource_hosts),
    ("脚本数量", scripts), ("页内脚本大小", script_size), ("图片数量", images),
    ("标签种类数", distinct_tags), ("每个标签的文字量", text_per_tag), ("标题长度", title_length),
    ("页面描述长度", description_length), ("标题与正文的吻合", title_in_text),
    ("有无版权声明", has_copyright), ("框架数量", frames), ("自动跳转", refreshes),
    ("内容须运行脚本才出现", unrendered), ("声明了编码", declared_charset),
)  # fmt: skip

PAGE: dict[str, Feature] = family(
    "page",
    *_NAMED,
    *((f"混淆手法 {name} 的次数", _trick(name)) for name in TRICKS),
    *((f"<{name}> 标签数量", _tag(name)) for name in TAGS),
)
