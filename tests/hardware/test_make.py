"""`make firmware` for makers without the Arduino IDE, and the IDE's own way for those with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.hardware.board import HARDWARE, Board, require_avr
from tests.hardware.wire import ask, picture

CORE = Path("/usr/share/arduino/hardware/arduino/avr")
IDE = (
    "-mmcu=atmega328p -DF_CPU=16000000L -DARDUINO=10819 -DARDUINO_AVR_UNO -DARDUINO_ARCH_AVR -Os -g -w -flto "
    f"-ffunction-sections -fdata-sections -I{CORE}/cores/arduino -I{CORE}/variants/standard"
).split()


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-s", "-C", str(HARDWARE), *words], capture_output=True, text=True)


@pytest.mark.avr
def test_make_firmware_prints_its_size_and_ends_with_the_path_of_the_image(tmp_path: Path) -> None:
    require_avr()
    made = make("firmware", "LEDS=300", "BAUD=1000000", "CAP_MA=7500", f"OUT={tmp_path}")
    assert made.returncode == 0, made.stderr
    assert made.stderr == "", "no warning either"
    flash, ram, path = made.stdout.splitlines()
    assert flash.startswith("flash ")
    assert ram.startswith("RAM ")
    assert int(ram.split()[1]) < 2048 - 100
    assert Path(path) == tmp_path / "strip.elf"
    assert Path(path).exists()
    assert (tmp_path / "strip.hex").exists()


@pytest.mark.avr
@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("LEDS=400", "LEDS: 1 to 310 fit the memory"),
        ("LEDS=0", "LEDS: 1 to 310 fit the memory"),
        ("FLASHES=4", "more than three flashes a second can hurt people"),
        ("BAUD=460800", "a 16 MHz board cannot make this rate"),
        ("CAP_MA=30000", "CAP_MA: 1 to 20000 mA"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_a_sentence(tmp_path: Path, word: str, sentence: str) -> None:
    require_avr()
    made = make("firmware", word, f"OUT={tmp_path}")
    assert made.returncode != 0
    assert sentence in made.stderr


def test_make_flash_asks_for_the_port(tmp_path: Path) -> None:
    require_avr()
    made = make("flash", f"OUT={tmp_path}")
    assert made.returncode != 0
    assert "say which port the board is on" in made.stderr


@pytest.mark.parametrize(("words", "rate"), [([], "115200"), (["NANO_OLD=1"], "57600")])
def test_make_flash_speaks_to_the_right_boot_loader(words: list[str], rate: str) -> None:
    require_avr()
    told = make("-n", "flash", "PORT=/dev/ttyUSB7", *words).stdout
    [call] = [line for line in told.splitlines() if line.startswith("avrdude")]
    assert f'-P "/dev/ttyUSB7" -b {rate}' in call


def ide_build(folder: Path) -> Path:
    """As the Arduino IDE does: the core's own main() and interrupts, the sketch with Arduino.h put before it."""
    core = [*(CORE / "cores/arduino").glob("*.c"), *(CORE / "cores/arduino").glob("*.cpp")]
    objects = []
    for source in [*core, HARDWARE / "strip/strip.ino"]:
        target = folder / (source.name + ".o")
        tool = ["avr-gcc", "-std=gnu11"] if source.suffix == ".c" else ["avr-g++", "-std=gnu++11", "-fpermissive"]
        sketch = ["-include", "Arduino.h", "-x", "c++"] if source.suffix == ".ino" else []
        if source.suffix != ".c":
            sketch = ["-fno-exceptions", "-fno-threadsafe-statics", "-DDECIMAL_DIG=__DECIMAL_DIG__", *sketch]
        subprocess.run([*tool, *IDE, *sketch, "-c", str(source), "-o", str(target)], check=True)
        objects.append(str(target))
    archive, elf = folder / "core.a", folder / "strip.elf"
    subprocess.run(["avr-gcc-ar", "rcs", str(archive), *objects[:-1]], check=True)
    link = [
        "avr-gcc",
        *IDE,
        "-fuse-linker-plugin",
        "-Wl,--gc-sections",
        objects[-1],
        str(archive),
        "-lm",
        "-o",
        str(elf),
    ]
    subprocess.run(link, check=True)
    return elf


@pytest.mark.avr
def test_the_arduino_ide_builds_the_same_sketch(tmp_path: Path) -> None:
    require_avr()
    if not CORE.exists():
        pytest.skip("no Arduino core: apt-get install arduino-core-avr")
    b = Board(ide_build(tmp_path), 500_000)
    b.run(60_000)
    assert b.read().startswith(b"AkH")
    for seq in range(5):
        [k] = ask(b, picture(seq, [(9, 6, 3)] * 60))
        assert (k.type, k.seq, k.payload[4]) == ("K", seq, 0)
    assert b.light_now().tolist() == [[9, 6, 3]] * 60
