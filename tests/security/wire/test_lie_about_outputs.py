"""Attack: send, in place of a cell's outputs, what would make a page or a grader stumble."""

LOSES = "everything"
CODE = """
from unrolled.grading import worker
evil = "<script>document.title = 1</script>"
def run(self, cell, source, budget):
    return [
        {"output_type": "execute_result", "data": {"text/plain": "6", "text/html": evil}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": evil},
        {"output_type": "display_data", "data": {"text/html": evil, "image/svg+xml": evil,
                                                 "application/javascript": evil}, "metadata": {"a": evil}},
    ], {"type": evil, "message": evil, "places": [[1, 1, evil]]}
get_ipython().__class__.run = run
"""


def test_only_text_and_pictures_are_kept(graded):
    graded.check()
    shown = [cell for cell in graded.notebook.cells if cell.id.startswith("exercise-")]
    for cell in shown:
        for output in cell.outputs:
            assert output.get("data", {}).keys() <= {"text/plain"}
            assert not output.get("metadata")
