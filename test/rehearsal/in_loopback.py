"""Runs a command in a network that has a loopback address and nothing else: unshare -rn python in_loopback.py COMMAND…"""

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
IFF_UP = 1

interface = struct.pack("16sh", b"lo", IFF_UP)
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SIOCSIFFLAGS, interface)
os.execvp(sys.argv[1], sys.argv[1:])
