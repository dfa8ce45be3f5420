from pathlib import Path

from installation.config import Config, Piece, Place, TextSettings
from installation.text.check import check
from installation.text.passages import PASSAGES


def states(config: Config) -> list[tuple[str, str]]:
    return [(finding.name, finding.state) for finding in check(config)]


def test_the_piece_as_it_is_delivered_is_in_order_and_asks_for_an_address() -> None:
    assert states(Config()) == [("language", "ok"), ("passages", "ok"), ("passages", "missing")]


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
    ]
    assert all(
        finding.detail.endswith((".", "?")) and finding.remedy for finding in check(config) if finding.state == "wrong"
    )


def test_words_off_is_no_fault() -> None:
    found = check(Config(text=TextSettings(enabled=False)))
    assert [f.state for f in found] == ["ok", "missing"]
    assert "The words are off" in found[1].detail
