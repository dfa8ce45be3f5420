"""Logs in the layouts that people have, small enough that their joules are worked out by hand; all numbers are made up.

Each is a name, the file's bytes, what is said about it, and the right joules or a part of the sentence that refuses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 3, 2, 14, 0, 0)
TEN = range(11)  # s
SMI = "timestamp, power.draw [W]\n"
HISTORY = "entity_id,state,last_changed\n"


@dataclass(frozen=True)
class Made:
    """One log.

    Attributes:
        name, data: of the file.
        due: the joules, or a part of the sentence.
        wishes: what is said about it.
        gaps: how many gaps there are, and s in all.
    """

    name: str
    data: bytes
    due: float | str
    wishes: dict[str, Any] = field(default_factory=dict)
    gaps: tuple[int, float] = (0, 0.0)


def at(t: float, form: str = "%Y/%m/%d %H:%M:%S.%f", digits: int = 3) -> str:
    text = (BEGIN + timedelta(seconds=t)).strftime(form)
    return text[: len(text) - 6 + digits] if form.endswith("%f") else text


def iso(t: float) -> str:
    return at(t, "%Y-%m-%dT%H:%M:%S.%f") + "Z"


def each(line: Callable[[Any], str], times: Iterable[Any] = TEN) -> str:
    return "".join(line(t) + "\n" for t in times)


def log(name: str, text: str, due: float | str, encoding: str = "utf-8", **keys: Any) -> Made:
    gaps = keys.pop("gaps", (0, 0.0))
    return Made(name, text.encode(encoding), due, keys, gaps)


def cards() -> Iterator[Made]:
    pair = each(lambda t: f"{at(t)}, 0, 100.00 W\n{at(t + 0.003)}, 1, 300.00 W")
    two = "timestamp, index, power.draw [W]\n" + pair
    bare = SMI + pair.replace(", 0,", ",").replace(", 1,", ",")
    hosts = "time,host,watts\n" + each(lambda t: f"{iso(t)},a,100\n{iso(t)},b,50")
    wide = "time,gpu0_power_w,gpu1_power_w\n" + each(lambda t: f"{iso(t)},100,300")
    rocm = "timestamp,device,Average Graphics Package Power (W)\n"
    rounds = each(lambda t: f"{rocm}2026-03-02T14:00:0{t},card0,17.0\n2026-03-02T14:00:0{t},card1,19.0", range(3))
    yield log("two", two, "there are 2 sources in it: 0 (100 W), 1 (300 W); say --card 0, or --sum")
    yield log("two, summed", two, 4000, sum=True)
    yield log("two, one", two, 3000, cards=("1",))
    yield log("two, none such", two, "there is no source '7'", cards=("7",))
    yield log("two without index", bare, "there are 2 sources")
    yield log("two without index, summed", bare, 4000, sum=True)
    yield log("two without header", pair, 4000, sum=True, columns=("timestamp", "index", "power.draw [W]"))
    yield log("two without header, unnamed", pair.replace(" W", ""), "--columns")
    yield log("two hosts", hosts, "a (100 W), b (50 W)")
    yield log("two hosts, summed", hosts, 1500, sum=True)
    yield log("a column a card", wide, "gpu0_power_w (100 W)")
    yield log("a column a card, summed", wide, 4000, sum=True)
    yield log("a column a card, one", wide, 1000, cards=("0",))
    yield log("a header each round", rounds, 72, sum=True)
    mute = "timestamp, index, power.draw [W]\n" + each(lambda t: f"{at(t)}, 0, [N/A]\n{at(t)}, 1, 300.00 W")
    yield log("one mute", mute, 3000)
    lame = "timestamp, index, power.draw [W]\n"
    lame += each(lambda t: f"{at(t)}, 0, 100.00 W" + (f"\n{at(t)}, 1, 300.00 W" if t < 5 or t > 7 else ""))
    yield log("one with a hole, summed", lame, 400 * 6, sum=True, gaps=(1, 4.0))
    power = "Time,GPU 0,GPU 1\n" + each(lambda t: f'"2026-03-02 14:00:{t:02d}","75.0 W","25 W"')
    yield log("series side by side", power, 1000, sum=True)


def gaps() -> Iterator[Made]:
    hole = SMI + each(lambda t: f"{at(t)}, " + ("[N/A]" if 10 < t < 70 else "200.00 W"), range(81))
    yield log("a minute of [N/A]", hole, 4000, gaps=(1, 60.0))
    slept = SMI + each(lambda t: f"{at(t)}, 50.00 W", [*TEN, *range(3610, 3621)])
    yield log("an hour asleep", slept, 1000, gaps=(1, 3600.0))
    yield log("nothing but [N/A]", SMI + each(lambda t: f"{at(t)}, [N/A]"), "each of its 11 lines says [N/A]")
    one = SMI + each(lambda t: f"{at(t)}, {'[Unknown Error]' if t == 5 else '75.00 W'}")
    yield log("one error", one, 600, gaps=(1, 2.0))
    negative = "t_s,watts\n" + each(lambda t: f"{t},{-1 if t == 5 else 75}")
    yield log("less than nothing", negative, 600, gaps=(1, 2.0))
    ends = "t_s,watts\n" + each(lambda t: f"{t},{75 if 2 < t < 8 else 'N/A'}")
    yield log("silent at both ends", ends, 300, gaps=(2, 6.0))
    first = SMI + "2036/02/07 06:28:16.000, 30.00 W\n" + each(lambda t: f"{at(t)}, 30.00 W")
    yield log("a clock that was set", first, 300)
    again = "t_s,watts\n" + each(lambda t: f"{t},75") + each(lambda t: f"{t},75")
    yield log("a stop watch begun anew", again, 1500, gaps=(1, 1.0))
    paces = "t_s,watts\n" + each(lambda t: f"{t},60", [*range(60), *range(60, 1260, 20)])
    yield log("a logger that slows down", paces, 60 * 1240)


def held() -> Iterator[Made]:
    changes = HISTORY + each(
        lambda x: f"sensor.desk_power,{x[1]},{iso(x[0])}", [(0, 5), (600, 200), (660, 5), (1260, 5.1)]
    )
    yield log("changes", changes, 18_000)
    yield log("changes, five minutes at most", changes, 5 * 300 + 200 * 60 + 5 * 300, held=300.0, gaps=(2, 600.0))
    away = [(0, 100.0), (150, 100.0), (300, "unavailable"), (3900, 100.0), (4050, 100.0), (4200, 100.0)]
    yield log(
        "unavailable", HISTORY + each(lambda x: f"sensor.desk_power,{x[1]},{iso(x[0])}", away), 60_000, gaps=(1, 3600.0)
    )
    plain = "time,watts\n" + each(lambda x: f"{iso(x[0])},{x[1]}", [(0, 5), (600, 200), (660, 5), (1260, 5.1)])
    yield log("changes, by word", plain, 18_000, held=math.inf)
    counter = HISTORY + each(lambda k: f"sensor.desk_energy,{12 + 0.005 * k:.3f},{iso(60 * k)}")
    yield log("a counter of kWh", counter, "sensor.desk_energy counts energy; say --energy state")
    yield log("a counter of kWh, by word", counter, 180_000, energy="state")
    both = HISTORY + each(
        lambda t: f"sensor.desk_power,100,{iso(60 * t)}\nsensor.desk_energy,{12 + t * 0.001},{iso(60 * t + 1)}"
    )
    yield log("power beside energy", both, 60_000)
    json = ",".join(
        f'{{"entity_id":"sensor.d","state":"75","last_changed":"{iso(t)}","attributes":{{"unit_of_measurement":"W"}}}}'
        for t in TEN
    )
    yield log("an answer of the API", f"[[{json}]]", 750)
    means = "statistic_id,unit,start,mean,min,max\n" + each(
        lambda t: f"sensor.d,W,2026-03-02T{t + 5:02d}:00:00Z,75,70,80"
    )
    yield log("statistics", means, 75 * 11 * 3600)


def units() -> Iterator[Made]:
    for cell, due in (
        ("1.5 kW", 15_000),
        ("5200 mW", 52),
        ("75.32W", 753.2),
        ('"1,234.5"', 12_345),
        ("1 234.5 W", 12_345),
    ):
        yield log(f"cells of {cell}", "time,power\n" + each(lambda t, cell=cell: f"{iso(t)},{cell}"), due)
    for name, due in (("VDD_IN [mW]", 5.2), ("power_mw", 5.2), ("Power (kW)", 5.2e6), ("p_kw", 5.2e6), ("watts", 5200)):
        yield log(f"columns of {name}", f"time,{name}\n" + each(lambda t: f"{iso(t)},520"), due)
    yield log("megawatts", "time,p_kw\n" + each(lambda t: f"{iso(t)},5200"), "11 not possible")
    mixed = "time,power\n" + each(lambda t: f"{iso(t)},{'0.1 kW' if t % 2 else '100 W'}")
    yield log("kW and W", mixed, 1000)
    german = "Zeit;Leistung [W]\n" + each(lambda t: f"02.03.2026 14:00:{t:02d};75,5")
    yield log("semicolons and decimal commas", german, 755)
    yield log("a comma of either kind", "time,power\n" + each(lambda t: f'{iso(t)},"1,234"'), "--decimal comma")
    yield log("a comma, by word", "time,power\n" + each(lambda t: f'{iso(t)},"1,234"'), 12.34, decimal="comma")
    counter = "time,total_energy_mj\n" + each(lambda t: f"{iso(t)},{5_000_000 + 250_000 * t}")
    yield log("a counter of mJ", counter, 2500)
    yield log("a counter as watts", counter, "is energy and no power; say --energy", watts="total_energy_mj")
    yield log("watts as a counter", "time,power_w\n" + each(lambda t: f"{iso(t)},5"), "say --watts", energy="power_w")
    yield log(
        "another unit than it says", "time,power_w\n" + each(lambda t: f"{iso(t)},5"), "leave out --unit", unit="mW"
    )
    yield log("no unit anywhere", "time,value\n" + each(lambda t: f"{iso(t)},5"), "name it with --watts COLUMN")
    yield log("no unit, by word", "time,value\n" + each(lambda t: f"{iso(t)},5000"), 50, watts="value", unit="mW")
    wrapped = "timestamp,energy_uj\n" + each(lambda t: f"{1772460000 + t},{(262e9 + 75e6 * t) % 262143328850:.0f}")
    yield log("a counter that wraps", wrapped, 675, gaps=(1, 1.0))
    usage = "Time,Usage(kWh)\n" + each(lambda t: f"2026-03-02 {t + 5:02d}:00,0.0{75 + t % 2}", range(12))
    yield log("energy of each hour", usage, "--each-row")
    yield log("energy of each hour, by word", usage, 12 * 0.0755 * 3.6e6, energy="Usage(kWh)", each_row=True)


def clocks() -> Iterator[Made]:
    yield log("elapsed ms", "time_ms,power_mw\n" + each(lambda t: f"{t * 100},250000", range(101)), 2500)
    yield log(
        "ns since boot",
        "t_ns,watts\n" + each(lambda t: f"{36_000_000_000_000 + t * 100_000_000},100", range(101)),
        1000,
    )
    yield log(
        "ns of a day and more",
        "t_ns,watts\n" + each(lambda t: f"{260_000_000_000_000 + t * 10**8},100", range(101)),
        1000,
    )
    yield log("ns past 1e11", "elapsed,gpu_power\n" + each(lambda t: f"{90 * 10**9 + t * 10**9},60", range(21)), 1200)
    for unit, factor in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        yield log(f"Unix {unit}", "time,watts\n" + each(lambda t, f=factor: f"{(1772460000 + t) * f},100"), 1000)
    yield log(
        "a stop watch of either kind",
        "elapsed,watts\n" + each(lambda t: f"{t * 100},100"),
        "say --time-unit s or --time-unit ms",
    )
    yield log("a stop watch, by word", "elapsed,watts\n" + each(lambda t: f"{t * 100},100"), 100, time_unit="ms")
    yield log("Unix with a decimal comma", "time;watts\n" + each(lambda t: f"{1772460000 + t},000;100"), 1000)
    yield log("newest first", "time,watts\n" + each(lambda t: f"{iso(10 - t)},80"), 800)
    stamps = each(lambda t: f"2026-03-02 14:00:{t // 10:02d},{100 if t % 10 < 5 else 300}", range(101))
    yield log("ten lines a stamp", "time,watts\n" + stamps, 2000)
    yield log("AM and PM", "Timestamp,Power (W)\n" + each(lambda t: f"3/2/2026 2:00:{t:02d} PM,130"), 1300)
    either = "date,power\n" + each(lambda t: f"02/03/2026 14:00:{t:02d},75")
    yield log("day or month first", either, "say --dates dmy or --dates mdy")
    yield log("day first, by word", either, 750, dates="dmy")
    yield log(
        "padded ms",
        "Date,Total Power\n"
        + each(lambda t: f" 2024- 12- 3  12: 8: {3 + (900 + 120 * t) // 1000}. {(900 + 120 * t) % 1000},20.0"),
        24,
    )
    yield log("month by name", "when,watts\n" + each(lambda t: f"Mon Mar  2 14:00:{t:02d} 2026,75"), 750)
    berlin = datetime(2026, 3, 29, 1, 30)
    naive = SMI + each(lambda k: f"{berlin + timedelta(seconds=10 * k):%Y/%m/%d %H:%M:%S}.000, 100.00 W", range(721))
    yield log("a clock that stood in spring", naive, 720_000)
    yield log("a clock that did not, in spring", naive, "does not exist in Europe/Berlin", zone="Europe/Berlin")
    autumn = SMI + each(_berlin, range(1081))
    yield log("the hour that comes twice", autumn, "goes back by an hour at line 542")
    yield log("the hour that comes twice, by word", autumn, 1_080_000, zone="Europe/Berlin")
    back = "\n".join(autumn.splitlines()[:1] + autumn.splitlines()[:0:-1]) + "\n"
    yield log("that hour, newest first", back, 1_080_000, zone="Europe/Berlin")
    yield log("no such zone", autumn, "there is no zone 'Berlin'", zone="Berlin")
    twice = "time,watts\n" + each(lambda t: f"{iso(t)},75", [*range(30), *range(10, 40)])
    yield log("the same time twice", twice, "from line 32 on the clock goes back by 19 s")
    few = "time,watts\n" + each(lambda t: f"{iso(t)},75", [0, 1, 3, 2, 4, 5, 6])
    yield log("one line out of order", few, 450)
    yield log("no clock", "gpu pwr\nIdx W\n" + "0 150\n" * 11, "--every SECONDS")
    yield log("no clock, by word", "# gpu pwr\n# Idx W\n" + "0 150\n" * 11, 3000, every=2.0)
    midnight = each(lambda t: f"{datetime(2026, 3, 2, 23, 59, 55) + timedelta(seconds=t):%H:%M:%S},75")
    yield log("over midnight", "time,watts\n" + midnight, 750)
    serial = "Datum;Watt\n" + each(lambda t: f"{46083.5 + t / 86400:.8f};75".replace(".", ","))
    yield log("days of a spreadsheet", serial, 750)


def _berlin(k: int) -> str:
    utc = datetime(2026, 10, 24, 23, 30) + timedelta(seconds=10 * k)
    local = utc + timedelta(hours=2 if utc < datetime(2026, 10, 25, 1) else 1)
    return f"{local:%Y/%m/%d %H:%M:%S}.000, 100.00 W"


def dialects() -> Iterator[Made]:
    smi = SMI + each(lambda t: f"{at(t)}, 90.00 W")
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        yield log(f"nvidia-smi in {encoding}", smi.replace("\n", "\r\n"), 900, encoding)
    yield log("without a header", smi.partition("\n")[2].replace(" W", ""), 900)
    columns = each(lambda t: f"{at(5 * t)}, 0 %, 2 MiB, 27, 12.00 W")
    yield log("without a header, units in cells", columns, 600)
    yield log("cut in its last line", smi + "2026/03/02 14:00:1", 900)
    yield log("sep=", "sep=;\ntime;watts\n" + each(lambda t: f"{iso(t)};40"), 400)
    yield log("comments first", "# by my script\n# host bench1\ntime,watts\n" + each(lambda t: f"{iso(t)},40"), 400)
    yield log("names in a comment", "# time watts\n" + each(lambda t: f"{t} 40"), 400)
    degrees = 'Date,Time,"GPU Temperature [°C]","GPU Power [W]",\n'
    hwinfo = (
        degrees + each(lambda t: f"2.3.2026,14:00:{t:02d}.250,55.0,110.000,") + degrees + ",,GPU [#0]: X,GPU [#0]: X,\n"
    )
    yield log("HWiNFO", hwinfo, 1100, "latin-1")
    yield log("HWiNFO in UTF-8", hwinfo, 1100, "utf-8-sig")
    gpuz = "        Date        , GPU Temperature [°C] , Board Power Draw [W] ,\n"
    yield log("GPU-Z", gpuz + each(lambda t: f"2026-03-02 14:00:{t:02d} ,   55.0   ,   210.0   ,"), 2100, "cp1252")
    other = "Date,Hot Spot [C],GPU Temperature [C],Board Power Draw [W],\n"
    other += "2026-03-02 15:00:00,5,5,200,\n2026-03-02 15:00:01,5,5,200,\n"
    two = "Date,GPU Temperature [C],Board Power Draw [W],\n2026-03-02 14:00:00,33,200,\n2026-03-02 14:00:01,33,200,\n"
    yield log("two sessions of two layouts", two + other, 400, gaps=(1, 3599.0))
    lacking = "Date,GPU Temperature [C],\n2026-03-02 15:00:00,33,\n2026-03-02 15:00:01,33,\n"
    yield log(
        "a session without watts", two + "2026-03-02 14:00:02,33,200,\n" + lacking, "at line 5 another table begins"
    )
    system = "os,cpu,gpu,ram,kernel,driver,cpuscheduler\nLinux,AMD Ryzen,NVIDIA,32768,6.9.1,555.58,powersave\n"
    mango = "fps,frametime,cpu_load,gpu_load,gpu_power,elapsed\n" + each(
        lambda t: f"60,16.6,12,97,60,{t * 10**8}", range(101)
    )
    yield log("MangoHud", system + mango, 600)
    yield log("a lone quote", "time,watts,note\n" + each(lambda t: f'{iso(t)},75,"5'), 750)


def programs() -> Iterator[Made]:
    dmon = "#Date       Time        gpu    pwr  gtemp  mtemp\n#YYYYMMDD   HH:MM:SS    Idx      W      C      C\n"
    yield log("dmon", dmon + each(lambda t: f" 20260302   14:00:{t:02d}      0    150     54      -"), 1500)
    query = each(
        lambda t: (
            f"\n======NVSMI LOG======\n\nTimestamp   : Mon Mar  2 14:00:{t:02d} 2026\nGPU 00000000:01:00.0\n"
            "    Average Power Draw  : N/A\n    Instantaneous Power Draw  : 75.00 W\n    Current Power Limit  : 350 W"
        )
    )
    yield log("nvidia-smi -q", query, 750)
    spl = each(lambda t: f"Time,03-02-2026 14:00:{t:02d}.437,Watts,120.000000,Volts,229.9,Amps,0.53,PF,0.98,Mark,run_1")
    yield log("PTDaemon", spl, 1200)
    mllog = each(lambda t: f':::MLLOG {{"time_ms": {1715300000000 + t * 1000}, "key": "power_reading", "value": 6000}}')
    yield log("MLPerf", ':::MLLOG {"time_ms": 1, "key": "start", "value": 1}\n' + mllog, 60_000)
    yield log("turbostat", "Time_Of_Day_Seconds\tPkgWatt\n" + each(lambda t: f"{1772460000 + t}.123456\t15.02"), 150.2)
    cores = "Core\tCPU\tBusy%\tPkgWatt\n" + "-\t-\t5\t75.0\n0\t0\t5\t75.0\n0\t1\t5\n" * 11
    yield log("turbostat of each core", cores, 3750, every=5.0)
    stat = "Running for 10.0 seconds.\n\n  Time    User   Sys  Idle Ctxt/s  Watts\n" + each(
        lambda t: f"14:00:{t:02d}   3.0   1.0  96.0    950  12.50"
    )
    yield log(
        "powerstat", stat + "-------- ----- ----- ----- ------ -----\n Average   3.0   1.0  96.0  950.0 12.50\n", 125
    )
    hml = "00, 02-03-2026 14:00:00, Hardware monitoring log v1.6 \n"
    hml += "02, 02-03-2026 14:00:00, GPU temperature     ,Power               \n"
    yield log(
        "Afterburner",
        hml + each(lambda t: f"80, 02-03-2026 14:00:{t:02d}, 55.000              ,340.000             "),
        3400,
        "latin-1",
    )
    jetson = each(
        lambda t: (
            f"03-02-2026 14:00:{t:02d} RAM 4722/30697MB CPU [0%@729] VDD_GPU_SOC 2808mW/2808mW VIN_SYS_5V0 4629mW/1"
        )
    )
    yield log("tegrastats", jetson, "VDD_GPU_SOC [mW] (2.808 W)")
    yield log("tegrastats, one", jetson, 46.29, cards=("VIN_SYS_5V0",))
    yield log("tegrastats with the whole", jetson.replace("VIN_SYS_5V0", "VDD_IN"), 46.29)
    joular = "Date,CPU Utilization,Total Power,CPU Power,GPU Power\n"
    yield log("PowerJoular", joular + each(lambda t: f"2026-03-02 14:00:{t:02d},0.10,45.50,15.50,30.00"), 455)
    influx = "#group,false,false,true,false,true\n#datatype,string,long,dateTime:RFC3339,double,string\n"
    influx += ",result,table,_time,_value,_measurement\n" + each(lambda t: f",,0,{iso(t)},75,W")
    yield log("InfluxDB", influx, 750)
    yield log("InfluxDB's shell", "name,time,value\n" + each(lambda t: f"W,{1772460000 + t}000000000,75"), 750)
    node = each(lambda t: f"[14:00:{t:02d}][D][sensor:093]: 'Desk': Sending state 75.32000 W with 1 decimals\n"
                f"[14:00:{t:02d}][D][sensor:093]: 'Volt': Sending state 230.1 V with 1 decimals")  # fmt: skip
    yield log("ESPHome", node, 753.2)
    tele = each(
        lambda t: f'tele/desk/SENSOR {{"Time":"2026-03-02T14:00:{t:02d}","ENERGY":{{"Total":12.3,"Power":75}}}}'
    )
    yield log("Tasmota", tele, 750)
    yield log(
        "Shelly's minutes",
        "Date/time UTC,Active energy Wh,Min V\n" + each(lambda t: f"2026-03-02 14:{t:02d},1.25,229"),
        11 * 1.25 * 3600,
    )
    yield log(
        "xpu-smi", "Timestamp, DeviceId, GPU Power (W)\n" + each(lambda t: f"06:14:{t:02d}.000,    0, 75.00"), 750
    )
    ohm = ",/intelcpu/0/power/0,/nvidiagpu/0/power/0\nTime,CPU Package,GPU Power\n"
    yield log("Open Hardware Monitor", ohm + each(lambda t: f"03/02/2026 14:00:{t:02d},45.1,75.0"), 750)
    pdh = '"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\\\PC\\Power Meter(0)\\Power"\n'
    pdh += each(lambda t: f'"03/02/2026 14:00:{t:02d}.123","75000.0"')
    yield log("Windows counters", pdh, "say --unit mW")
    yield log("Windows counters, by word", pdh, 750, unit="mW")
    uprof = "AMD uProf profile\nCPU model: AMD\n\nPROFILE RECORDS\nRecordId,Timestamp,socket0-package-power\n"
    yield log("AMD uProf", uprof + each(lambda t: f"{t},14:12:{30 + t}:103,75.00"), 750)
    yield log(
        "s-tui", "Time,Frequency:Avg,Power:package-0\n" + each(lambda t: f"2026-03-02_14:00:{t:02d},3000,45.5"), 455
    )
    intel = "Freq MHz req,RC6 %,Power W gpu,Power W pkg\n" + "300,90,2.5,15.0\n" * 11
    yield log("intel_gpu_top", intel, 25, every=1.0)
    protocol = each(lambda t: f"power,host=a value=75.0 {1772460000 + t}000000000")
    yield log("InfluxDB's line protocol", protocol, 750)
    yield log("ipmitool", each(lambda t: f"2026-03-02 14:00:{t:02d} | Instantaneous power reading: 75 Watts"), 750)
    scaph = ",".join(f'{{"host":{{"consumption":75000000,"timestamp":{1772460000 + t}}},"consumers":[]}}' for t in TEN)
    yield log("Scaphandre", f"[{scaph}]", 750)
    twice = ",/nvidiagpu/0/power/0,/nvidiagpu/1/power/0\nTime,GPU Power,GPU Power\n"
    twice += each(lambda t: f"03/02/2026 14:00:{t:02d},75,25")
    yield log("Open Hardware Monitor, two cards", twice, 1000, sum=True)
    hml2 = "00, 02-03-2026 14:00:00, Hardware monitoring log v1.6 \n02, 02-03-2026 14:00:00, GPU1 power,GPU2 power\n"
    hml2 += each(lambda t: f"80, 02-03-2026 14:00:{t:02d}, 100.000,300.0")
    yield log("Afterburner, two cards", hml2, 3000, cards=("2",))
    spaced = each(lambda t: f"2026-03-02 14:00:{t:02d} 75000.0 mW")
    yield log("spaces before units", spaced, 750)
    yield log("parts and their total", "time,cpu_w,gpu_w,total_w\n" + each(lambda t: f"{iso(t)},25,50,75"), 750)
    yield log("stamps without signs", "ts,w\n" + each(lambda t: f"20260302T1400{t:02d}Z,75"), 750)
    yield log("colours of a terminal", "\x1b[1mtime,watts\x1b[0m\n" + each(lambda t: f"{iso(t)},75"), 750)
    yield log("a stop watch of hours", "elapsed,watts\n" + each(lambda t: f"{23 + t}:00:00,75"), 75 * 36_000)
    perf = each(lambda t: f"     {t + 1}.000000000,75.00,Joules,power/energy-pkg/,1001064250,100.00,,")
    yield log("perf stat", perf, 825)
    mac = each(lambda t: f"*** Sampled system activity (Mon Mar  2 14:00:{t:02d} 2026 +0100) (1003.48ms elapsed) ***\n"
               "CPU Power: 1000 mW\nGPU Power: 500 mW\nCombined Power (CPU + GPU + ANE): 1500 mW")  # fmt: skip
    yield log("powermetrics", mac, 15)


def refused() -> Iterator[Made]:
    carbon = "timestamp,project_name,run_id,duration,emissions,emissions_rate,energy_consumed\n"
    carbon += "2026-03-02T14:10:00,a,r1,100.0,0.001,1e-5,0.002\n"
    yield log("CodeCarbon", carbon, "these are CodeCarbon's emissions")
    yield log(
        "Zeus", "start_time,window_name,elapsed_time,gpu0_energy\n5.3,epoch_1,13.0,3000.0\n", "these are Zeus's windows"
    )
    amd = "timestamp,gpu,total_energy_consumption\n" + each(lambda t: f"{1722959154 + t},0,{20909145.914 + 75 * t}")
    yield log("amd-smi's energy", amd, "amd-smi's energy counters")
    yield log("amd-smi's energy, by word", amd, 750, energy="total_energy_consumption", unit="J")
    yield log(
        "an exporter",
        '# HELP DCGM_FI_DEV_POWER_USAGE W\nDCGM_FI_DEV_POWER_USAGE{gpu="0"} 75.3\n',
        "a Prometheus exporter",
    )
    yield log(
        "an API's answer", '{"status":"success","data":{"resultType":"matrix","result":[]}}', "the Prometheus API"
    )
    yield log("PowerTOP", "PowerTOP Report;;;;\n\nUsage;Events/s;Category\n100.0%;;Device\n", "PowerTOP's report")
    yield log("a picture of a terminal", "+---+\n| NVIDIA-SMI 550.54   Driver |\n", "the picture nvidia-smi draws")
    yield log("a page", "<!DOCTYPE html><html></html>", "a page of a web site")
    yield log("a letter", "This is a letter.\nIt has no numbers, none.\n", "no table of numbers")
    yield log("nothing", "", "is empty")
    yield log("a header alone", SMI, "no table of numbers")
    yield log("one line", SMI + f"{at(0)}, 75.00 W\n", "only one reading")
    yield Made("a workbook", b"PK\x03\x04" + bytes(30), "save its table as CSV")
    yield Made("compressed", b"\x1f\x8b\x08" + bytes(30), "gunzip")
    yield Made("a database", b"SQLite format 3\x00" + bytes(30), "export its table")
    yield Made("no text", bytes(range(256)) * 8, "not text")
    yield log("a wrong column", SMI + f"{at(0)}, 75.00 W\n", "Did you mean 'timestamp'", time="timestmp")


ALL = [
    *cards(), *gaps(), *held(), *units(), *clocks(), *dialects(), *programs(), *refused(),
]  # fmt: skip
