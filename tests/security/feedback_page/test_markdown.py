"""Attack: write markup, links and mathematics that act, in an answer marked by a person."""

LOSES = ()
MARKDOWN = r"""
<script>document.title = 'owned'</script> <img src=x onerror="document.title='owned'"> <svg/onload=x()>
[a](javascript:document.title=1) [b]( javascript:x) [c](data:text/html,x) <javascript:x> ![d](https://x.org/p.png)
&lt;b&gt; &#60;script&#62;x&#60;/script&#62; <!-- --><iframe src=//x.org></iframe><style>*{display:none}</style>
$\href{javascript:document.title=1}{e}$ $\require{html}\class{x}{y}$ $$\unicode{x}$$ \(\style{a:b}{c}\)

[f]: javascript:x
[f] [g][f]

```mermaid
graph LR; A["<img src=x onerror=x()>"]
```
<details open ontoggle=document.title='owned'>
"""


def test_it_is_shown_and_does_nothing(graded, harmless):
    graded.check()
    harmless(graded)
