"""Attack: display HTML, scripts, drawings and widgets that would run in the instructor's browser."""

LOSES = ()
CODE = """
from IPython.display import HTML, IFrame, Javascript, Latex, Markdown, SVG, display
evil = "<script>document.title = 'owned'</script><img src=x onerror=\\"document.title='owned'\\">"
display(HTML(evil), Javascript("document.title = 'owned'"), Markdown(evil), Latex("$\\\\href{javascript:x}{y}$"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1"/>'), IFrame("//x.org", 9, 9))
display({"text/html": evil, "application/javascript": "x", "image/svg+xml": evil, "text/plain": evil,
         "application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/latex": evil}, raw=True)
class Shown:
    _repr_html_ = _repr_svg_ = _repr_markdown_ = _repr_javascript_ = lambda self: evil
    __repr__ = lambda self: evil
Shown()
"""


def test_it_is_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
