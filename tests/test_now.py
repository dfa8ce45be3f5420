"""Now: one writer a field, nothing torn, and no process can harm another through the record."""

import ast
import itertools
import math
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installation import fields as dictionary
from installation.fields import of_each
from installation.now import (
    FIELDS,
    GRAIN_PLAYERS,
    HEAD,
    PLAYERS,
    SIZE,
    Block,
    Doors,
    Field,
    Now,
    Picture,
    Text,
    default_path,
    table,
)

TEXTS = [f for f in FIELDS.values() if isinstance(f, Text)]
PICTURES = [f for f in FIELDS.values() if isinstance(f, Picture)]
NUMBERS = [f for f in FIELDS.values() if isinstance(f, Field)]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "now"
    Now.open_doors(path).close()
    return path


# -- layout
def test_fields_are_aligned_and_do_not_overlap() -> None:
    ordered = sorted(FIELDS.values(), key=lambda f: f.offset)
    assert ordered[0].offset == HEAD
    assert all(f.offset % 8 == 0 for f in ordered)
    for a, b in itertools.pairwise(ordered):
        assert a.offset + a.room == b.offset
    assert ordered[-1].offset + ordered[-1].room <= SIZE


def test_every_field_has_one_known_writer_and_a_meaning() -> None:
    for row in table():
        assert row.writer in (*PLAYERS, "conductor", "guest")
        assert row.meaning
        assert not row.meaning.endswith(".")


def test_no_field_is_declared_twice() -> None:
    """A name given twice in a class body, or again by those that every player has, hides the first without a word."""
    tree = ast.parse(Path(dictionary.__file__).read_text(encoding="utf-8"))
    (body,) = (n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Fields")
    names = [t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    names += [f"{player}_{name}" for player in PLAYERS for name in of_each(player)]
    names.remove("__slots__")
    assert sorted(names) == sorted(FIELDS)


def test_givers_of_grains_and_askers_of_fits_have_their_fields() -> None:
    for giver in GRAIN_PLAYERS:
        assert {f"{giver}_grains", f"{giver}_lost"} <= FIELDS.keys()
    assert {f.name for f in Now.asking} >= {"screen_presses", "light_presses", "guest_presses", "conductor_presses"}


# -- one writer
def test_only_the_writer_writes(record: Path) -> None:
    for player in ("guest", "conductor", *PLAYERS):
        now = Now(record, player)
        for field in FIELDS.values():
            value = getattr(now, field.name)
            if field.writer == player:
                setattr(now, field.name, value)
            else:
                with pytest.raises(PermissionError, match=f"{field.name} is written by {field.writer} alone"):
                    setattr(now, field.name, value)
        now.close()


def test_a_name_nobody_declared_is_refused(record: Path) -> None:
    now = Now(record)
    with pytest.raises(AttributeError):
        now.wats = 1.0  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="has no field 'wats'"):
        now["wats"] = 1.0
    with pytest.raises(KeyError, match="has no field 'close'"):
        now["close"]
    now.close()


def test_what_is_read_cannot_be_written_through(record: Path) -> None:
    now = Now(record)
    Now(record, "meter").samples = np.ones((128, 7))
    with pytest.raises(ValueError, match="read-only"):
        now.samples[0, 0] = 2.0
    now.close()


def test_presses_are_summed_over_all_who_ask(record: Path) -> None:
    askers = [Now(record, player) for player in ("screen", "light", "guest", "conductor")]
    before = askers[0].presses
    for asker, times in zip(askers, (1, 2, 3, 4), strict=True):
        for _ in range(times):
            asker.press()
    assert askers[0].presses == before + 10


# -- values
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NUMBERS), st.floats())
def test_numbers_come_back(record: Path, field: Field, value: float) -> None:
    writer, reader = Now(record, field.writer), Now(record)
    writer[field.name] = value
    assert struct.pack("d", reader[field.name]) == struct.pack("d", value) or math.isnan(value)
    writer.close()
    reader.close()


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(TEXTS), st.text(max_size=600))
def test_texts_come_back_whole_or_cut_at_a_character(record: Path, field: Text, value: str) -> None:
    writer, reader = Now(record, field.writer), Now(record)
    writer[field.name] = value
    back, value = reader[field.name], value.replace("\0", "\ufffd")
    assert value.startswith(back)
    assert back == value or len(value[: len(back) + 1].encode()) > field.bytes_room
    writer.close()
    reader.close()


def test_letters_that_are_none_are_no_accident(record: Path) -> None:
    now = Now(record, "network")
    now.about = "half a pair \ud800 of two"
    assert now.about == "half a pair ? of two"
    now.about = "ʻokina, Lakȟóta, 機"
    assert now.about == "ʻokina, Lakȟóta, 機"


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(PICTURES), st.integers(0, 255))
def test_pictures_come_back(record: Path, field: Picture, value: int) -> None:
    writer, reader = Now(record, field.writer), Now(record)
    picture = np.arange(np.prod(field.shape)).reshape(field.shape) % 7 + value % 200
    writer[field.name] = picture
    assert reader[field.name].dtype == np.dtype(field.dtype)
    assert np.array_equal(reader[field.name], picture)
    with pytest.raises(ValueError, match="has the shape"):
        writer[field.name] = picture[1:]
    writer.close()
    reader.close()


def test_a_new_record_is_empty(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "deep" / "now")
    for name, field in FIELDS.items():
        value = getattr(now, name)
        assert value == "" if isinstance(field, Text) else not np.any(value)


# -- torn reads
WRITER = """
import itertools, sys
from pathlib import Path
import numpy as np
from installation.now import Now
meter, network = Now(Path(sys.argv[1]), "meter"), Now(Path(sys.argv[1]), "network")
low, high = float.fromhex("0x1.1111111111111p-3"), float.fromhex("0x1.eeeeeeeeeeeeep+900")
for n in itertools.count():
    network.source = "abcdefgh"[n % 8] * (1000 + n % 7 * 2000)
    meter.samples = np.full((128, 7), float(n))
    meter.watts = (low, high)[n % 2]
"""


@contextmanager
def writing(record: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(record)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_nothing_is_torn_by_a_writer_at_full_speed(record: Path) -> None:
    now, seen = Now(record), set[float]()
    Now(record, "network").source = ""
    Now(record, "meter").samples = np.zeros((128, 7))
    Now(record, "meter").watts = 0.0
    allowed = {0.0, float.fromhex("0x1.1111111111111p-3"), float.fromhex("0x1.eeeeeeeeeeeeep+900")}
    with writing(record):
        began = time.monotonic()
        while len(seen) < 50 and time.monotonic() < began + 30:
            assert len(set(now.source)) <= 1
            samples = now.samples
            assert samples.min() == samples.max()
            assert {now.watts for _ in range(100)} <= allowed
            seen.add(float(samples[0, 0]))
    assert len(seen) >= 50


def test_a_writer_killed_at_any_moment_blocks_nobody(record: Path) -> None:
    now = Now(record)
    Now(record, "network").source = "I am back"
    for _ in range(3):
        with writing(record) as process:
            began = time.monotonic()
            while now.source == "I am back" and time.monotonic() < began + 30:
                time.sleep(0.001)
            time.sleep(random.uniform(0.0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert len(set(now.source)) <= 1  # the last whole copy
        again = Now(record, "network")
        again.source = "I am back"
        assert now.source == "I am back"


def test_an_odd_counter_is_mended_by_its_writer_alone(record: Path) -> None:
    field = FIELDS["network_note"]
    writer, reader = Now(record, "network"), Now(record)
    writer["network_note"] = "whole"
    assert reader["network_note"] == "whole"
    writer.longs[field.offset >> 3] |= 1  # the writer died in the middle of a text
    assert reader["network_note"] == "whole"
    Now(record, "sound").close()
    assert writer.longs[field.offset >> 3] & 1
    assert Now(record)["network_note"] == ""  # a latecomer never saw a whole one
    Now(record, "network").close()
    assert not writer.longs[field.offset >> 3] & 1
    assert reader["network_note"] == ""


@pytest.mark.parametrize("spoil", ["length", "seal", "letters"])
def test_a_spoiled_block_is_never_returned(record: Path, spoil: str) -> None:
    field = FIELDS["boundary"]
    assert isinstance(field, Block)
    writer, reader = Now(record, "meter"), Now(record)
    writer.boundary = "this graphics card"
    assert reader.boundary == "this graphics card"
    if spoil == "length":
        writer.longs[(field.offset >> 3) + 1] = (field.bytes_room + 1) << 32
    elif spoil == "seal":
        writer.longs[(field.offset >> 3) + 1] ^= 1
    else:
        writer.bytes[field.offset + 16] ^= 0xFF
    assert reader.boundary == "this graphics card"


READER = """
import sys
from pathlib import Path
from installation.now import Now
now = Now(Path(sys.argv[1]))
while True:
    now.samples
"""


def test_a_reader_that_is_killed_harms_nobody(record: Path) -> None:
    reader = subprocess.Popen([sys.executable, "-c", READER, str(record)])
    time.sleep(0.3)
    reader.kill()
    reader.wait()
    meter = Now(record, "meter")
    meter.watts = 123.0
    assert Now(record).watts == 123.0


# -- the file
def test_an_old_reader_lives_on_and_notices(tmp_path: Path) -> None:
    first = Now.open_doors(tmp_path / "now")
    first.doors = Doors.OPEN
    reader = Now(tmp_path / "now")
    assert not reader.replaced()
    Now.open_doors(tmp_path / "now")
    assert reader.replaced()
    assert reader.doors == Doors.OPEN
    assert Now(tmp_path / "now").doors == Doors.SHUT
    (tmp_path / "now").unlink()
    assert reader.replaced()
    assert [f.name for f in tmp_path.iterdir()] == []


def test_no_record_is_no_file_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Now(tmp_path / "now")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "what"),
    [(0, b"X"), (8, b"\x63"), (16, b"\xff"), (30, b"\xff\xff")],
    ids=["magic", "version", "hash of the fields", "hash further on"],
)
def test_another_versions_record_is_refused(tmp_path: Path, where: int, what: bytes) -> None:
    Now.open_doors(tmp_path / "now").close()
    data = bytearray((tmp_path / "now").read_bytes())
    data[where : where + len(what)] = bytes(a ^ b for a, b in zip(data[where:], what, strict=False))
    (tmp_path / "now").write_bytes(data)
    with pytest.raises(ValueError, match="not this version's record; stop the piece and start it again"):
        Now(tmp_path / "now")


@pytest.mark.parametrize("size", [0, 10, HEAD, SIZE - 1])
def test_a_truncated_record_is_refused(tmp_path: Path, size: int) -> None:
    Now.open_doors(tmp_path / "now").close()
    os.truncate(tmp_path / "now", size)
    with pytest.raises(ValueError, match="stop the piece and start it again"):
        Now(tmp_path / "now")


def test_default_path_is_the_users_own_and_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("UNDERFOOT_NOW", raising=False)
    assert str(os.getuid()) in str(default_path())
    monkeypatch.setenv("UNDERFOOT_NOW", str(tmp_path / "elsewhere"))
    assert default_path() == tmp_path / "elsewhere"


def test_closing_lets_go(record: Path) -> None:
    now = Now(record)
    now.close()
    with pytest.raises(ValueError, match="released"):
        _ = now.watts
