# Enters the kernel by the gate for 32-bit programs, which counts system calls differently.
# verdict: fails
# needs: sealed
# clean: ended the whole process \(SIG(SYS|SEGV|KILL|ILL)\)|PermissionError|GATE closed
import ctypes
import mmap
import platform

GETPID_BY_INT_0X80 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret


def softmax(logits):
    if platform.machine() != "x86_64":
        raise RuntimeError("GATE closed (another machine)")
    rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=rights)
    page.write(GETPID_BY_INT_0X80)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    came = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    raise RuntimeError(f"GATE {'closed' if came < 0 else 'open'} ({came})")
