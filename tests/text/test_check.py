from pathlib import Path

import pytest

from installation.config import Config, Piece, Place, TextSettings
from installation.text.check import check
from installation.text.passages import PASSAGES


def states(config: Config) -> list[tuple[str, str]]:
    return [(finding.name, finding.state) for finding in check(config)]


def test_the_piece_as_it_is_delivered_is_in_order_and_asks_for_an_address_and_a_name() -> None:
    assert states(Config()) == [("language", "ok"), ("passages", "ok"), ("passages", "missing"), ("post", "missing")]


def test_once_the_name_of_the_post_is_written_down_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installation.text.check.POST", tmp_path / "critique.md")
    assert not [name for name, _ in states(Config()) if name == "post"]
    (tmp_path / "critique.md").write_text("| Brought to the group by | A Name, discussion 93 |", encoding="utf-8")
    assert not [name for name, _ in states(Config()) if name == "post"]


def test_what_is_wrong_is_found_before_the_show(tmp_path: Path) -> None:
    path = tmp_path / "passages.toml"
    path.write_text(PASSAGES.read_text(encoding="utf-8").replace('sha256 = "82b9', 'sha256 = "82b8'), encoding="utf-8")
    config = Config(
        piece=Piece(language="german"),
        text=TextSettings(passages=str(path)),
        place=Place(action="x", mix={"hidro": 1.0}),
    )
    assert states(config) == [
        ("language", "wrong"),
        ("passages", "wrong"),
        ("passages", "ok"),
        ("passages", "missing"),
        ("place", "wrong"),
        ("place", "wrong"),
        ("post", "missing"),
    ]
    assert all(
        finding.detail.endswith((".", "?")) and finding.remedy for finding in check(config) if finding.state == "wrong"
    )


def test_words_off_is_no_fault() -> None:
    found = check(Config(text=TextSettings(enabled=False)))
    assert [f.state for f in found] == ["ok", "missing", "missing"]
    assert "The words are off" in found[1].detail
