"""What a process gives up before it parses what strangers wrote: sockets, processes, and changing files.

A filter of system calls (seccomp, Linux 3.17 and later; `man 2 seccomp`): it holds for whatever code runs in
the process, ours or not, cannot be taken off again, and makes a forbidden call fail with EPERM.
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ANY, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
"""Instructions of the kernel's packet filter (`linux/bpf_common.h`), the only ones that are needed."""
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where they stand in `struct seccomp_data`; arguments take eight bytes each."""
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NEW_PRIVILEGES, _SET_FILTER, _ALL_THREADS = 38, 1, 1
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_THREAD = 0x10000
"""The flag of `clone` without which it makes a process."""


# fmt: off
_FORBIDDEN = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "creat": (85, None), "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None),
    "mkdir": (83, None), "mkdirat": (258, 34), "mknod": (133, None), "mknodat": (259, 33),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "chroot": (161, 51), "mount": (165, 40), "unshare": (272, 97), "setns": (308, 268),
    "bpf": (321, 280), "io_uring_setup": (425, 425),
}
# fmt: on
"""System calls that fail, and their numbers on x86-64 and on aarch64 (`asm/unistd.h`)."""
_ABSENT = {"clone3": (435, 435), "openat2": (437, 437)}
"""Calls whose arguments no filter can read; whoever needs them falls back to the older ones."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """What the filter must know of an architecture."""

    column: int
    """Its place in the tables above."""
    architecture: int
    seccomp: int
    opening: dict[int, int]
    """Calls that open a file, and which of their arguments says how."""
    clone: int
    tgkill: int
    """The call by which a thread is sent a signal, as a program does to end itself."""
    foreign: int = 2**32 - 1
    """The number from which on calls are of another kind of programs."""


_MACHINES = {
    "x86_64": _Machine(
        0, 0xC000003E, seccomp=317, opening={2: 1, 257: 2}, clone=56, tgkill=234, foreign=0x40000000
    ),
    "aarch64": _Machine(1, 0xC00000B7, seccomp=277, opening={56: 2}, clone=220, tgkill=131),
}
"""Architectures whose filter is known, by the names that `platform.machine` gives."""


def confine() -> bool:
    """Give it all up, in every thread; False where the kernel or the architecture has no such filter."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    size = len(program) // _INSTRUCTION.size
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", size, ctypes.addressof(code)))
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    asked = (ctypes.c_long(number) for number in (machine.seccomp, _SET_FILTER, _ALL_THREADS))
    return int(kernel.syscall(*asked, filter_)) == 0


_INSTRUCTION = struct.Struct("HBBI")
"""Code, instructions to skip if so, if not, and the value compared (`struct sock_filter`)."""


def _program(machine: _Machine) -> bytes:
    """The filter: each pair asks whether the call is one, and ends if it is."""
    refuse = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, machine.architecture),
        refuse,
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_AT_LEAST, 0, 1, machine.foreign),
        refuse,
    ]
    absent = (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)
    for table, answer in ((_FORBIDDEN, refuse), (_ABSENT, absent)):
        for numbers in table.values():
            number = numbers[machine.column]
            if number is not None:
                steps += [(_JUMP_IF_EQUAL, 0, 1, number), answer]
    allow = (_RETURN, 0, 0, _ALLOW)
    for number, argument in machine.opening.items():
        how = _ARGUMENTS + 8 * argument
        steps += [(_JUMP_IF_EQUAL, 0, 4, number), (_LOAD, 0, 0, how)]
        steps += [(_JUMP_IF_ANY, 0, 1, _TO_WRITE), refuse, allow]
    steps += [(_JUMP_IF_EQUAL, 0, 4, machine.tgkill), (_LOAD, 0, 0, _ARGUMENTS)]
    steps += [(_JUMP_IF_EQUAL, 1, 0, os.getpid()), refuse, allow]
    steps += [(_JUMP_IF_EQUAL, 0, 3, machine.clone), (_LOAD, 0, 0, _ARGUMENTS)]
    steps += [(_JUMP_IF_ANY, 1, 0, _THREAD), refuse, allow]
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)
