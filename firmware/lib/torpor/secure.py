"""TLS around the upload, for boards with the memory for it: the station must show the certificate that lies
on the drive. What is sent is signed all the same; TLS makes it private."""

import os
import ssl

CERTIFICATE = "/home.pem"


def ready():
    """Whether there is a certificate to hold the station's against."""
    try:
        return os.stat(CERTIFICATE)[6] > 0
    except OSError:
        return False


def socket(line, host):
    """The socket, not connected yet, as one that speaks TLS with `host`."""
    context = ssl.create_default_context()
    with open(CERTIFICATE) as file:
        context.load_verify_locations(cadata=file.read())
    return context.wrap_socket(line, server_hostname=host)
