"""What the LED says in install mode. The printed card is made from these lines: the number, and what stands
behind it (what it says: what to do)."""

# flashes in ms
WINK_ms = 30  # nothing moves: it lives
PAUSE_ms = 1970
FLICKER_ms = 60
SHORT_ms, LONG_ms, DARK_ms = 150, 600, 250
GAP_ms = 800  # before and after what is said

# one short flash, and one more for each of these that the signal reaches, -dBm
BARS = (80, 70, 60)

# so many flickers
SEARCHING = 4  # it looks for your Wi-Fi: wait; the walk test stands still for some seconds
NIGHT = 15  # install mode is over: the node goes to sleep and begins its work

# so many long flashes
HOME = 1  # your home station has answered: look at the node's page
NO_NETWORK = 2  # there is no such Wi-Fi here: nearer to the router, or another TORPOR_WIFI_SSID
NO_ENTRY = 3  # the Wi-Fi is there and does not let it in: TORPOR_WIFI_PASSWORD, or too weak a signal
NO_HOME = 4  # the home station does not answer: does it run, and is TORPOR_HOST its address?
NOT_KNOWN = 5  # somebody answers who does not take it: TORPOR_NODE and TORPOR_KEY as the station has them
NO_PICTURE = 6  # the camera gives no picture: its plug, its wires, its supply
LOW = 7  # the battery is low: charge it first


def bars(dBm):
    """1 to 4 for a signal in -dBm; 0 where nobody knows."""
    return 1 + sum([dBm <= least for least in BARS]) if dBm else 0
