"""An address of the owner's choice instead of DHCP's: a join is shorter by what DHCP takes."""

import ipaddress

import wifi

MASK = "255.255.255.0"  # of nearly every home; what lies outside goes through the gateway


def use(settings):
    """To be said before each join; the gateway is asked for names too. ValueError if the radio refuses."""
    gateway = ipaddress.IPv4Address(settings["gateway"])
    wifi.radio.set_ipv4_address(
        ipv4=ipaddress.IPv4Address(settings["address"]),
        netmask=ipaddress.IPv4Address(MASK),
        gateway=gateway,
        ipv4_dns=gateway,
    )
