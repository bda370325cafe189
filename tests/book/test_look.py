"""Files that are served as they are: a build after a change serves the changed ones."""

from types import SimpleNamespace

from unrolled.book import look


def test_a_changed_file_is_a_changed_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(look, "_PACKAGE", tmp_path)

    def settings(text):
        (tmp_path / "static").mkdir(exist_ok=True)
        (tmp_path / "static" / "one.css").write_text(text)
        config = SimpleNamespace(html_static_path=[], html_context={"own": 1})
        look._add_folder(None, config)
        assert config.html_static_path == [str(look._STATIC)]
        return config.html_context

    assert settings("a") == settings("a") != settings("b")
    assert settings("a")["own"] == 1
