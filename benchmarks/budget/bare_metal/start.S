@ The two words that a Cortex-M reads at reset: the end of the stack, and where to begin.
    .section .vectors, "a"
    .word 0x20400000
    .word _start
