"""Attack: markup in the metadata of the notebook and of its cells, in titles, languages and names."""

LOSES = ()


def EDIT(notebook):
    evil = "'\"></title><script>document.title = 'owned'</script>"
    notebook.metadata.update(
        title=evil,
        authors=[{"name": evil}],
        kernelspec={"name": evil, "display_name": evil, "language": evil},
        language_info={
            "name": evil,
            "mimetype": evil,
            "pygments_lexer": evil,
            "file_extension": evil,
        },
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"a": evil}}},
        celltoolbar=evil,
    )
    for cell in notebook.cells:
        cell.metadata.update(tags=[evil], name=evil, collapsed=evil, slideshow={"slide_type": evil})
        if not cell.metadata.get("nbgrader"):
            cell["id"] = evil
    notebook.cells.append({"cell_type": "raw", "source": evil, "metadata": {"format": "text/html"}})


def test_none_of_it_reaches_the_page(graded, harmless):
    graded.check()
    harmless(graded)
    assert graded.notebook.metadata == graded.whole.release.metadata
