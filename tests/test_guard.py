"""The guard: whatever anybody's code does, it comes back as one sentence with file and line."""

import io
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from installation.guard import LOG_A_MINUTE, Capped, Endless, attempt, foreign_file, plain
from installation.plug import SCENE, SOURCE, STRIP, VOICE, Kind, plug

FILES = [
    ("raise ValueError('no')", 1, "no."),
    ("\nimport nowhere_at_all", 2, "there is no module 'nowhere_at_all' on this machine."),
    ("x = 1\nclass Skene: ...", 0, "must define"),
    ("def (:", 1, "Python cannot read this"),
    ("while True: pass", 1, "took longer than 0.3 s"),
    ("while True: print('again')", 1, "took longer than 0.3 s"),
    ("import sys\nsys.exit()", 2, "asks to leave Python"),
    ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
    ("class It:\n    def __init__(self): ...", 0, "takes 1 positional argument"),
    ("class It:\n    def __init__(self, *_):\n        1 / 0", 3, "a division by zero."),
]
PLACES = [(kind, "a.py") for kind in (SCENE, SOURCE, STRIP, VOICE)] + [
    (SCENE, place) for place in ("two words/a b.py", "a#b.py", "Zähler/ʻokina.py")
]


@pytest.mark.parametrize(("kind", "place"), PLACES, ids=lambda part: getattr(part, "word", part))
@pytest.mark.parametrize(("code", "line", "what"), FILES, ids=[w for _, _, w in FILES])
def test_a_bad_file_is_one_sentence_with_its_line(
    tmp_path: Path, kind: Kind, place: str, code: str, line: int, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", Capped(io.StringIO()))
    monkeypatch.setattr(signal, "getsignal", lambda _: None)  # a player has its own, so that Ctrl-C is not the file's
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(code.replace("It", kind.agreed), encoding="utf-8")
    error = attempt(0.3, lambda: getattr(plug(kind, str(path)), kind.agreed)("hall"))
    assert error is not None
    sentence = plain(error, path)
    assert "\n" not in sentence
    assert what in sentence
    assert path.name in sentence
    assert (f"line {line}" in sentence) == bool(line)


def test_a_relative_path_has_its_line_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("\n\n1 / 0")
    error = attempt(1.0, lambda: plug(SCENE, "./a.py"))
    assert error is not None
    assert plain(error, Path("./a.py")) == "a.py, line 3: a division by zero."


def test_two_plug_ins_of_one_name_are_two(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rain.py").write_text(f"class Voice: folder = {folder!r}")
    kinds = [plug(VOICE, str(tmp_path / folder / "rain.py")).Voice for folder in ("one", "two")]
    assert [kind.folder for kind in kinds] == ["one", "two"]
    assert not hasattr(plug(VOICE, "rain").Voice, "folder")


def test_what_ends_gives_nothing_and_leaves_no_alarm() -> None:
    assert attempt(0.2, lambda: None) is None
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0.0
    assert isinstance(attempt(0.05, endless), Endless)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0.0


def endless() -> None:
    while True:
        pass


def test_somebody_at_the_keyboard_is_not_the_file() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(0, interrupt)


def test_a_log_is_not_filled() -> None:
    log = io.StringIO()
    capped = Capped(log)
    for _ in range(300):
        print("x" * 10_000, file=capped)
    assert len(log.getvalue()) < LOG_A_MINUTE + 20_000
    assert log.getvalue().endswith("More was printed and is not kept.\n")


def test_the_file_of_an_error_is_somebodys_own(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f(call):\n    call()")
    module: dict[str, Callable[[Callable[[], object]], None]] = {}
    exec(compile(path.read_text(), str(path), "exec"), module)
    error = attempt(0, lambda: module["f"](lambda: plug(VOICE, "rian")))
    assert error is not None
    assert foreign_file(error) in (path, Path(__file__))
