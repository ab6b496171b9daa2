"""What scripts give away without being run."""

import pytest

from spiders.extract import extract
from spiders.extract.scripts import (
    OBFUSCATION,
    chat_widgets,
    count_obfuscation,
    may_move,
    script_moves,
)

BASE = "https://www.a.example/in/"


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ("window.location.href='https://b.example/x'", "https://b.example/x"),
        ('top.location = "/next"', "https://www.a.example/next"),
        ("location.replace(`https://b.example/`)", "https://b.example/"),
        (r"location.href='https:\/\/b.example\/\u0061'", "https://b.example/a"),
        (r"self.location.assign('https:\x2f\x2fb.example/')", "https://b.example/"),
        ("button.addEventListener('click', () => { location.href='/x' })", None),
        ("function go() { location.href = '/x' }", None),
        ("location.href = base + '/x'", None),
        ("location.href = '#top'", None),
        ("location.href = 'https://www.a.example/in/'", None),
        ("location.href='javascript:void(0)'", None),
        ("var x='location';" + " " * 3000 + "location.href='/x'", None),
    ],
)
def test_a_small_script_that_moves_the_visitor_on_is_followed(
    script: str, target: str | None
) -> None:
    moves = script_moves([script], BASE, alone=True) if may_move(script) else None
    assert (moves.to if moves else ()) == ((target,) if target else ())


X = "location.href='https://x.example/'"


@pytest.mark.parametrize(
    ("markup", "to", "surely"),
    [
        (f"<script>{X}</script>", 1, True),
        (f"<script><!--\n{X};\n//--></script>", 1, True),
        (f"<script type=module>{X}</script>", 1, True),
        (f"<script>if(0){{{X}}}</script>", 1, False),
        (f"<script>if(navigator.webdriver) {X};</script>", 1, False),
        (f"<script>throw 1;{X}</script>", 1, False),
        (f"<script>{X};location.href=atob('Lw')</script>", 1, False),
        (f"<script>{X}</script><script>stop()</script>", 1, False),
        (f"<script>{X}</script><script src=/a.js></script>", 1, False),
        (f"<script>if(a){X};else location='/b'</script>", 2, False),
        (f"<script>// {X}\n</script>", 0, False),
        (f"<script>/* {X} */</script>", 0, False),
        (f'<script>a="//";{X}</script>', 1, False),
        ("<script>location=a+b</script>", 0, False),
        (f"<noscript><script>{X}</script></noscript>", 1, False),
    ],
)
def test_a_script_that_may_do_otherwise_is_not_sure(markup: str, to: int, surely: bool) -> None:
    moves = extract(markup.encode(), url=BASE).script_moves
    assert moves is not None
    assert (len(moves.to), moves.surely) == (to, surely)


@pytest.mark.parametrize(
    "markup",
    [
        f"<script type=text/template>{X}</script>",
        f"<script type=application/json>{X}</script>",
        f"<p><noscript><script>{X}</script></noscript>",
        f"<template><script>{X}</script></template>",
    ],
)
def test_what_no_browser_runs_leads_nowhere(markup: str) -> None:
    page = extract(markup.encode(), url=BASE)
    assert (page.script_moves, page.script_redirect) == (None, None)


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("eval", "eval (x)"),
        ("atob", "window.atob('eA==')"),
        ("unescape", "unescape('%41')"),
        ("document_write", "document.writeln('x')"),
        ("from_char_code", "String.fromCharCode(65)"),
        ("packed", "eval(function(p,a,c,k,e,d){return p}('0',1,1,'x'.split('|')))"),
        ("hex_names", "var _0x4f2a=1"),
        ("hex_escapes", r"'\x68\x74\x74\x70'"),
        ("unicode_escapes", r"'\u0068\u0074\u0074\u0070'"),
        ("long_base64", "atob('" + "QUJD" * 120 + "')"),
        ("jsfuck", "[" + "+[]" * 40 + "]"),
        ("debugger", "setInterval(function(){debugger}, 9)"),
    ],
)
def test_every_way_of_hiding_is_counted(name: str, script: str) -> None:
    assert count_obfuscation(script)[name] == 1
    assert count_obfuscation("var plain = 1 + 2;") == dict.fromkeys(OBFUSCATION, 0)


def test_chat_services_are_named_by_their_addresses_alone() -> None:
    loads = "s.src='//static.meiqia.com/dist/meiqia.js'"
    assert chat_widgets(loads, "https://p.qiao.baidu.com/cps/chat") == ("baidu-shangqiao", "meiqia")
    assert chat_widgets("// we do not use meiqia.com", "") == ()
    page = extract(f"<script>{loads}</script>".encode(), url=BASE)
    assert page.chat_widgets == ("meiqia",)
