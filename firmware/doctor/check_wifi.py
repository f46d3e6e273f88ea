"""Wi-Fi: what is heard, how long the join takes, what it says when it fails, what the PIR makes of it."""

import time

import board
from digitalio import DigitalInOut, Pull

import node
from torpor import clock

TRIES = 2
MOST = 12  # networks that are named


def run(tell, stays=False):
    """`stays`: the console comes over this Wi-Fi, and joining anew would cut it off."""
    from torpor import validate

    try:
        settings = validate.read()
    except ValueError as error:
        tell.say("settings.bad", text=str(error))
        return
    tell.say("settings.are", ssid=settings["ssid"], host=settings["host"], port=settings["port"])
    import wifi

    if wifi.radio.connected:
        tell.say("wifi.already")
    if stays:
        tell.say("wifi.heard", dBm=_signal(wifi.radio), others=[])
        return
    pir = _pir()
    before = bool(pir and pir.value)
    rose = _scan(tell, wifi.radio, settings["ssid"], pir)
    joined = _join(tell, wifi.radio, settings)
    if pir:
        time.sleep(0.2)
        tell.say("wifi.pir", before=int(before), after=int(rose or pir.value))
        pir.deinit()
    if joined:
        tell.say("wifi.address", address=str(wifi.radio.ipv4_address), gateway=str(wifi.radio.ipv4_gateway))


def _signal(radio):
    """Of the join that is there; a Pico W does not tell."""
    try:
        return radio.ap_info.rssi
    except (NotImplementedError, AttributeError):
        return None


def _pir():
    if not hasattr(node, "PIR"):
        return None
    pir = DigitalInOut(getattr(board, node.PIR))
    pir.switch_to_input(pull=Pull.DOWN)
    return pir


def _scan(tell, radio, wanted, pir):
    """The strongest of each name. Returns whether the PIR was high meanwhile."""
    heard = {}  # type: ignore[var-annotated]
    rose = False
    try:
        for network in radio.start_scanning_networks():
            heard[network.ssid] = max(network.rssi, heard.get(network.ssid, -999))
            rose = rose or bool(pir and pir.value)
    except (RuntimeError, OSError, NotImplementedError) as error:
        tell.say("wifi.no_scan", text=str(error))
        return rose
    finally:
        try:
            radio.stop_scanning_networks()
        except (RuntimeError, OSError, NotImplementedError):
            pass
    names = sorted((name for name in heard if name and name != wanted), key=lambda name: -heard[name])
    tell.say("wifi.heard", dBm=heard.get(wanted), others=names[:MOST])
    return rose


def _join(tell, radio, settings):
    """As the node joins, but each failure is told."""
    if settings["address"]:
        from torpor import fixed

        fixed.use(settings)
    for number in range(TRIES):
        tell.alive()
        began = clock.now()
        try:
            radio.connect(settings["ssid"], settings["password"], timeout=settings["join_s"])
        except (OSError, RuntimeError, ValueError) as error:
            tell.say("wifi.failed", number=number, text=str(error), ms=clock.since(began))
        else:
            tell.say("wifi.joined", number=number, ms=clock.since(began), fixed=bool(settings["address"]))
            return True
    return False
