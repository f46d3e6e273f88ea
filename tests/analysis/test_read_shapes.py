"""Shapes of text logs beyond the plain CSV: other signs and delimiters, no header, counts, print-outs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import LogError
from analysis.read import ReadOptions, read_log

Write = Callable[..., Path]
VALUES = ([0, 0.5], [3.25, 3.5], [1.5, 2.5])


@pytest.mark.parametrize(
    "text",
    [
        "t_s;V;mA\n0,0;3,25;1,5\n0,5;3,50;2,5\n",
        't_s,V,mA\n"0,0","3,25","1,5"\n"0,5","3,50","2,5"\n',
        "t_s\tV\tmA\r\n0\t3.25\t1.5\r\n0.5\t3.5\t2.5\r\n",
        "t_s V mA\n0 3.25 1.5\n0.5  3.5 2.5\n",
        "time,voltage,current\ns,V,mA\n0,3.25,1.5\n0.5,3.5,2.5\n",
        "time,voltage,current\n[ms],[mV],[uA]\n0,3250,1500\n500,3500,2500\n",
        '"t_s","V","mA"\n"0","3.25","1.5"\n"0.5","3.5","2.5"\n',
        "t_s,V,mA\r0,3.25,1.5\r0.5,3.5,2.5\r",
        "\ufefft_s,V,mA\n0,3.25,1.5\n0.5,3.5,2.5\n",
    ],
    ids=["commas", "quoted commas", "tabs", "blanks", "units", "bracketed units", "quotes", "CR", "BOM"],
)
def test_signs_and_delimiters(write: Write, text: str) -> None:
    log = read_log(write(text))
    assert (log.t_s.tolist(), log.V.tolist(), log.mA.tolist()) == VALUES


def test_a_shells_redirection_is_utf16(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("t_s,V,mA\r\n0,3.25,1.5\r\n0.5,3.5,2.5\r\n".encode("utf-16"))
    assert read_log(path).mA.tolist() == VALUES[2]


def test_without_a_header_the_titles_are_said(write: Write) -> None:
    path = write("3.25,1.5,2020-08-04 10:00:00\n3.5,2.5,2020-08-04 10:00:00.5\n")
    with pytest.raises(LogError, match="or say --columns t_s,V,mA"):
        read_log(path)
    log = read_log(path, ReadOptions(titles=("V", "mA", "time")))
    assert (log.t_s.tolist(), log.V.tolist(), log.mA.tolist()) == VALUES
    with pytest.raises(LogError, match="3 cells where --columns names 2 titles"):
        read_log(path, ReadOptions(titles=("V", "mA")))


CHANNELS = "t_s,Solar_V,Solar_mA,Solar_mW,Batt_V,Batt_mA,Batt_mW\n0,6,10,60,4,20,80\n1,6,10,60,4,20,80\n"


def test_the_voltage_of_a_channel_goes_with_its_current(write: Write) -> None:
    log = read_log(write(CHANNELS), ReadOptions(current_column="Batt_mA"))
    assert log.power_mW is not None
    assert (log.V[0], log.mA[0], log.power_mW[0]) == (4, 20, 80)
    words = CHANNELS.replace("Solar_V", "PV voltage").replace("Solar_mA", "PV current")
    log = read_log(
        write(words), ReadOptions(current_column="PV current", voltage_unit="V", current_unit="mA")
    )
    assert (log.V[0], log.mA[0]) == (6, 10)


FEED = (
    "created_at,entry_id,field1,field2,field3,latitude,status\n"
    '2023-10-29T01:30:00+02:00,1,1060,4.1,25,,"ok, all well"\n'
    "2023-10-29T01:30:00+01:00,2,1061,4.0,26,,\n"
)


def test_a_feed_of_fields_says_nothing_of_itself(write: Write) -> None:
    path = write(FEED)
    with pytest.raises(LogError, match="no column holds a current, unless it is one of 'entry_id', 'field1'"):
        read_log(path)
    with pytest.raises(LogError, match="column 'field3' tells no unit; say --current-unit"):
        read_log(path, ReadOptions(current_column="field3"))
    said = ReadOptions(current_column="field3", current_unit="mA", voltage_column="field2", voltage_unit="V")
    log = read_log(path, said)
    assert (log.t_s.tolist(), log.V.tolist(), log.mA.tolist()) == ([0, 3600], [4.1, 4.0], [25, 26])


def test_voltages_alone(write: Write) -> None:
    said = ReadOptions(needs_current=False, voltage_column="field2", voltage_unit="V")
    log = read_log(write(FEED), said)
    assert log.V.tolist() == [4.1, 4.0] and np.isnan(log.mA).all()


def test_the_shunts_voltage_is_a_current_when_said(write: Write) -> None:
    path = write("t_s,Bus[V],Shun[mV]\n0,3.3,0.5\n1,3.3,1.5\n")
    with pytest.raises(LogError) as error:
        read_log(path)
    assert str(error.value) == (
        "log.csv line 1: no column holds a current; 'Shun[mV]' is across the shunt: say --current-column "
        "'Shun[mV]' and --shunt."
    )
    log = read_log(path, ReadOptions(current_column="Shun[mV]", shunt_ohm=0.5))
    assert log.mA.tolist() == [1, 3]
    assert log.notes == ("The current is 'Shun[mV]' over a shunt of 0.5 ohm.",)


def test_raw_columns_are_asked_for_their_size(write: Write) -> None:
    path = write("time_ms,bus_raw,current_raw\n0,1000,300\n10,1000,301\n")
    with pytest.raises(
        LogError, match=r"tell no unit; .* of a count such as '4 mV'\) and .* such as '0.1 mA'\)"
    ):
        read_log(path)
    log = read_log(path, ReadOptions(voltage_unit="4 mV", current_unit="0.1mA"))
    assert pytest.approx([4, 4]) == log.V and log.mA == pytest.approx([30, 30.1])


COUNTS = "[171,167,32,0]\r\n[170,169,168,167]\r\n"


@pytest.mark.parametrize("text", [COUNTS, "171\n167\n32\n0\n170\n169\n168\n167\n"])
def test_lists_of_counts(write: Write, text: str) -> None:
    path = write(text)
    for said in (ReadOptions(), ReadOptions(current_unit="0.1 V")):
        with pytest.raises(LogError, match="line 1: numbers without titles; say --current-unit"):
            read_log(path, said)
    with pytest.raises(LogError, match="line 1: no column holds a time; say --rate in Hz"):
        read_log(path, ReadOptions(current_unit="0.1 mA"))
    log = read_log(path, ReadOptions(current_unit="0.1 mA", rate_hz=100))
    assert log.mA == pytest.approx([17.1, 16.7, 3.2, 0, 17, 16.9, 16.8, 16.7])
    assert log.rate_hz == pytest.approx(100)


def test_a_torn_and_a_spoilt_list(write: Write) -> None:
    said = ReadOptions(current_unit="0.1 mA", rate_hz=100)
    log = read_log(write(COUNTS + "[171,17"), said)
    assert len(log.mA) == 9 and "The last list is torn" in log.notes[0]
    path = write(COUNTS + "E (1234) i2c: timeout\n" + COUNTS)
    with pytest.raises(LogError, match=r"line 3: 'E \(1234\) i2c: timeout' is no list of numbers"):
        read_log(path, said)
    salvaged = read_log(path, ReadOptions(current_unit="0.1 mA", rate_hz=100, salvage=True))
    assert len(salvaged.mA) == 16
    assert salvaged.notes[0] == "1 line(s) could not be read and were left out; the first is line 3."


BLOCK = "Bus Voltage:   {V} V\nShunt Voltage: 2.91 mV\nLoad Voltage:  {V} V\nCurrent:       {mA} mA\n\n"


def test_what_a_sketch_prints(write: Write) -> None:
    text = BLOCK.format(V="5.00", mA="28.9") + BLOCK.format(V="5.02", mA="29.1") + "Bus Voltage:  5.0"
    log = read_log(write(text), ReadOptions(rate_hz=0.5))
    assert (log.V.tolist(), log.mA.tolist(), log.t_s.tolist()) == ([5, 5.02], [28.9, 29.1], [0, 2])
    assert log.notes[0] == "1 block(s) of readings are not complete and were left out."


def test_what_a_serial_monitor_stamps(write: Write) -> None:
    text = "23:59:59.500 -> V=3.30V I=12.5mA\n00:00:00.500 -> V=3.31V I=-0.5mA\n"
    log = read_log(write(text))
    assert (log.V.tolist(), log.mA.tolist(), log.t_s.tolist()) == ([3.3, 3.31], [12.5, -0.5], [0, 1])


def test_settings_before_a_header_are_no_readings(write: Write) -> None:
    log = read_log(write("Max current: 400 mA\n# zero: 0 V\nt_s,V,mA\n0,3.25,1.5\n0.5,3.5,2.5\n"))
    assert (log.t_s.tolist(), log.V.tolist(), log.mA.tolist()) == VALUES


def test_markers_in_words_are_states(write: Write) -> None:
    log = read_log(write("t_s,mA,marker\n0,1,\n1,50,boot\n2,90,wifi\n3,51,boot\n"))
    assert log.states == ("boot", "wifi") and log.state.tolist() == [-1, 0, 1, 0]
    assert not log.has_marker


def test_inputs_in_columns_of_their_own(write: Write) -> None:
    log = read_log(write("Timestamp(ms),Current(uA),D0,D1,D7\n0,1500,1,0,1\n1,2500,0,X,-\n"))
    assert log.marker.tolist() == [129, 2]


def test_the_meter_sits_the_other_way_round(write: Write) -> None:
    log = read_log(write("t_s,V,mA\n0,3.3,-1\n1,3.3,2\n"), ReadOptions(invert=True))
    assert log.mA.tolist() == [1, -2]


def test_holes_in_the_power_column_only_cost_the_check(write: Write) -> None:
    log = read_log(write("t_s,V,mA,power_mW\n0,3.3,1,3.3\n1,3.3,2,nan\n"))
    assert log.mA.tolist() == [1, 2] and log.power_mW is None


def test_a_printed_dictionary(write: Write) -> None:
    first = "{'datetime': 'PV-current'},PV-current,America/New_York,\n"
    with pytest.raises(LogError, match="line 1: a printed list or dictionary stands in a cell"):
        read_log(write(first + "\"{'2021-07-23 00:00:22': '0.0'}\",PV-current,x\n"))
    with pytest.raises(LogError, match=r"line 3: mA is '\{.*', a printed list or dictionary and not"):
        read_log(write("t_s,mA\n0,1\n1,{'a': 1}\n"))


OML = (
    "protocol: 4\nstart-time: 1440424717\nschema: 0 _experiment_metadata subject:string key:string\n"
    "schema: 1 node_consumption timestamp_s:uint32 timestamp_us:uint32 power:double voltage:double "
    "current:double\ncontent: text\n\n"
    "34.3\t1\t1\t1440424734\t500000\tnan\t4.188\t0.038\n"
    "34.3\t0\t1\ta\tb\n"
    "34.3\t1\t2\t1440424751\t0\tnan\t4.186\t0.039\n"
)


def test_oml(write: Write) -> None:
    log = read_log(write(OML, "c.oml"))
    assert log.t_s.tolist() == [0, 16.5]  # the node's clock, not the moment of receipt
    assert log.mA == pytest.approx([38, 39]) and log.V.tolist() == [4.188, 4.186]
    assert log.start is not None and log.start.timestamp() == 1440424734.5
    assert log.notes == ("The units V and A are those of the schema node_consumption.",)


def test_oml_of_others_asks_for_units_and_names_lines(write: Write) -> None:
    with pytest.raises(LogError, match=r"c\.oml schema 1: columns 'voltage' and 'current' tell no"):
        read_log(write(OML.replace("node_consumption", "meter"), "c.oml"))
    spoilt = OML + "50.1\t1\t3\t14404\n51.0\t1\t4\t1440424768\t0\tnan\t4.2\t0.04\n"
    with pytest.raises(LogError, match=r"c\.oml line 10: 4 cells, not the 8 numbers of schema 1"):
        read_log(write(spoilt, "c.oml"))
    log = read_log(write(spoilt, "c.oml"), ReadOptions(salvage=True))
    assert log.mA == pytest.approx([38, 39, 40])
    with pytest.raises(LogError, match="0 of its schemas hold a current; the schemas are _experiment"):
        read_log(write(OML.replace("current:", "other:"), "c.oml"))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Battery: 3.92 V  Temp: 21.5 C", "Battery, Temp"),
        ("12:00:01,5 |INFO| 1497731848.5 [IP 10.0.0.7] [RSSI -73] [BAT 3.5%]", "IP, RSSI, BAT"),
    ],
)
def test_readings_without_a_current(write: Write, line: str, names: str) -> None:
    with pytest.raises(
        LogError, match=rf"line 1: its readings name themselves \({names}\), but none is a current"
    ):
        read_log(write(f"{line}\n" * 3))


def test_printed_voltages_where_no_current_is_needed(write: Write) -> None:
    path = write("Battery: 3.92 V  Temp: 21.5 C\nBattery: 3.90 V  Temp: 21.6 C\n")
    log = read_log(path, ReadOptions(rate_hz=0.01, needs_current=False))
    assert log.V.tolist() == [3.92, 3.9] and log.t_s.tolist() == [0, 100]
