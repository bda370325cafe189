"""Attack: markup in the source of code, where a page shows it coloured."""

LOSES = ()
CODE = r'''
"""</pre></div></textarea></script><script>document.title = 'owned'</script>"""
text = '<img src=x onerror="document.title=1">'  # --> ]]> <svg onload=x()>
'''


def test_it_is_shown_as_text(graded, harmless):
    graded.check()
    harmless(graded)
