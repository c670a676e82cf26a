"""How many warps a multiprocessor holds at once: whichever runs out first.

Usage: occupancy.py THREADS REGISTERS SHARED
    THREADS of a block, REGISTERS of a thread, bytes of SHARED memory of a block
"""

import sys

# Compute capability: threads, blocks, registers, bytes of shared memory of a multiprocessor
# (CUDA C++ Programming Guide, "Compute Capabilities", "Technical Specifications").
LIMITS = {
    "7.5": (1024, 16, 65536, 64 << 10),
    "8.0": (2048, 32, 65536, 164 << 10),
    "8.6": (1536, 16, 65536, 100 << 10),
    "9.0": (2048, 32, 65536, 228 << 10),
}
# Registers are given out to warps in portions, by each of four parts of a multiprocessor.
PORTION = 256
PARTS = 4
# Shared memory that the system takes of each block from 8.0 on.
RESERVED = 1024


# ANCHOR: resident
def resident(limits, threads, registers, shared):
    """Blocks that fit at once, and what stops the next one."""
    most_threads, most_blocks, all_registers, all_shared = limits
    warps = -(-threads // 32)
    of_warp = -(-registers * 32 // PORTION) * PORTION
    fit = {
        "threads": most_threads // (32 * warps),
        "blocks": most_blocks,
        "registers": PARTS * (all_registers // PARTS // of_warp) // warps,
        "shared memory": all_shared // shared if shared else most_blocks,
    }
    limit = min(fit, key=fit.get)
    return fit[limit], limit
# ANCHOR_END: resident


def main():
    threads, registers, shared = map(int, sys.argv[1:])
    for capability, limits in LIMITS.items():
        reserved = RESERVED if shared and capability >= "8.0" else 0
        blocks, limit = resident(limits, threads, registers, shared + reserved)
        warps = blocks * -(-threads // 32)
        of = limits[0] // 32
        print(f"{capability}: {blocks:2} blocks, {warps:2} of {of} warps ({limit})")


main()
