"""One style sheet for the site: nothing that an element looks like is lost with the rules that go."""

from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from tests.browser import driver
from unrolled.book.sheet import NAME, Used, _write, joined, made_of, merged, names_in, purged

PAGE = '<main class="a b" id="top" style="color: var(--asked)"><p>x</p><script>show("c")</script></main>'
# All that the browser computes for what is on the page, and for what is drawn before and after it, under
# the one sheet and under those of which it was made. Of elements with the same classes in the same place
# one stands for all.
DIFFERENCES = """
    async (whole) => {
      const link = document.querySelector("link[rel=stylesheet]");
      const theirs = document.createElement("style");
      theirs.textContent = whole.replaceAll('url("', `url("${new URL(".", link.href)}`);
      const kind = (one) => one && `${kind(one.parentElement)} ${one.tagName}.${one.className}`;
      const kinds = new Map([...document.querySelectorAll("body, body *")]
        .filter((one) => one.checkVisibility()).map((one) => [kind(one).slice(-200), one]));
      const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith("--"));
      const look = () => [...kinds.values()].map((one) => [null, "::before", "::after"].map((part) => {
        const style = getComputedStyle(one, part);
        return part && style.content === "none" ? [] : names.map((name) => style.getPropertyValue(name));
      }));
      const ours = look();
      link.disabled = true;
      document.head.append(theirs);
      look();  // which has the browser ask for the fonts of the other sheet
      await document.fonts.ready;
      const other = look();
      theirs.remove();
      link.disabled = false;
      const found = [...kinds.values()].flatMap((one, k) => ours[k].map((mine, part) => {
        const which = other[k][part].map((value, n) => value !== mine[n] && names[n]).filter(Boolean);
        return which.length && `${one.outerHTML.slice(0, 80)} ${part}: ${which.slice(0, 5)}`;
      }));
      return [kinds.size, found.filter(Boolean)];
    }
"""
# Where nothing waits to be laid out, nothing moves by itself, and what can be opened is open.
OPEN = """
    *, ::before, ::after {
      animation-duration: 0s !important;
      content-visibility: visible !important;
      transition: none !important;
    }
"""
OPENED = """
    () => {
      document.querySelectorAll("details").forEach((one) => (one.open = true));
      document.querySelector(".search-button__wrapper").classList.add("show");
      document.querySelectorAll(".sidebar-toggle").forEach((one) => (one.checked = true));
      document.querySelector("#pst-back-to-top").style.display = "block";
      document.querySelectorAll(".quiz-check").forEach((button) => button.click());
      document.querySelector(".btn").focus();
    }
"""


def _used(html=PAGE, programs=""):
    return Used(html, programs)


@pytest.mark.parametrize(
    "rule",
    [
        ".a{color: red}",
        "main.b > p:not(.gone)::before{color: red}",
        "#top{color: red}",
        ".c{color: red}",  # a script names it
        "@media print{p{color: red}}",
        ".a:focus-visible{color: red}",
        "*{color: red}",
        '[data-x="1"]{color: red}',
        '@font-face{font-family: X;src: url("x.woff2")}',
        "@keyframes turn{0%{top: 0}to{top: 1em}}",
    ],
)
def test_a_rule_that_may_hold_is_kept_as_it_was(rule):
    assert purged(rule, _used()).replace("\n", "") == rule


@pytest.mark.parametrize("rule", [".gone", "#gone", "table", ".a .gone", ".a.gone", "p > em"])
def test_a_rule_for_what_no_page_has_goes_also_from_a_group(rule):
    assert purged(f"{rule}{{color: red}}", _used()) == ""
    assert purged(f"@media print{{{rule}{{color: red}}}}", _used()) == ""
    assert purged(f"{rule}, .a{{color: red}}", _used()) == ".a{color: red}"


def test_variables_that_nobody_asks_for_go_with_those_that_only_they_ask_for():
    text = ":root{--asked: 1;--first: var(--second);--second: 2;--third: 3}p{top: var(--third)}"
    assert purged(text, _used()) == ":root{--asked: 1;--third: 3}\np{top: var(--third)}"
    assert "--second" in purged(text, _used(programs='get("--first")'))


def test_sheets_are_joined_with_what_they_import_and_their_addresses_hold(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "base.css").write_text("b{background: url(a.png)}")
    text = '@charset "UTF-8";@import "../base.css";a{background: url(\'../b.png\'), url("data:x")}'
    (tmp_path / "styles" / "theme.css").write_text(text)
    assert joined(tmp_path, ["styles/theme.css", "base.css"]) == (
        'b{background: url("a.png")}a{background: url("b.png"), url("data:x")}'
        '\nb{background: url("a.png")}'
    )


def test_each_page_s_order_of_sheets_is_kept():
    assert merged([["a", "c"], ["a", "b", "c"], ["c", "d"]]) == ["a", "b", "c", "d"]
    with pytest.raises(ExtensionError, match="different orders"):
        merged([["a", "b"], ["b", "a"]])


def test_a_build_of_one_page_leaves_the_other_styled(tmp_path):
    """A page of an earlier build has its one link already, and the sheets lie there anew."""
    static = tmp_path / "_static"
    static.mkdir()
    for name in ("one.css", "two.css"):
        (static / name).write_text(f".{name[:3]}{{top: 0}}")
    link = '<link rel="stylesheet" href="_static/{}?v=1" />\n'
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    fresh = f'<head>\n{link.format("one.css")}{link.format("two.css")}</head><p class="{{}}">'
    first.write_text(fresh.format("one"))
    second.write_text(fresh.format("two"))
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    _write(app, None)
    kept, sheet = first.read_text(), (static / NAME).read_text()
    assert names_in(kept) == [NAME]
    assert made_of(static) == ["one.css", "two.css"]
    assert ".one{top: 0}\n.two{top: 0}" in sheet
    second.write_text(fresh.format("two"))
    _write(app, None)
    assert (first.read_text(), (static / NAME).read_text()) == (kept, sheet)
    assert second.read_text().count("stylesheet") == 1


def test_a_build_of_all_pages_may_order_the_sheets_anew(tmp_path):
    static = tmp_path / "_static"
    static.mkdir()
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    for names in (["one.css", "two.css"], ["two.css", "one.css"]):
        for name in names:
            (static / name).write_text("p{top: 0}")
        links = "".join(f'<link rel="stylesheet" href="_static/{name}" />\n' for name in names)
        (tmp_path / "page.html").write_text(f"<head>\n{links}</head><p>")
        _write(app, None)
        assert made_of(static) == names


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "look", "media"),
    [
        ("index", {}, "screen"),
        ("chapters/sequences", {"theme": "dark", "size": "phone"}, "screen"),
        ("certificate", {}, "print"),
        ("search", {"theme": "dark"}, "screen"),
    ],
)
def test_every_element_looks_as_it_does_with_all_rules(book, chromium, site, name, look, media):
    static = book / "_static"
    whole = joined(static, made_of(static))
    assert (static / NAME).stat().st_size < len(whole) / 4
    with driver.memory_of(chromium, **look) as context:
        page = context.new_page()
        page.goto(f"{site}/{name}.html")
        page.add_style_tag(content=OPEN)
        page.evaluate("document.fonts.ready.then(() => true)")
        page.evaluate(OPENED)
        page.emulate_media(media=media)
        kinds, found = page.evaluate(DIFFERENCES, whole)
        assert kinds > 50
        assert not found
