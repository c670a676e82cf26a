/*
 * The part of the shim that knows the machine: x86-64, System V calling convention.
 *
 * A call that the shim watches goes to stub number i instead of to its function. The stub notes i and
 * goes to `enter`, which keeps every register in which an argument can be (a variadic function has the
 * number of its vector arguments in al), asks shim_enter where to go on, and goes there with everything
 * as it was. The function's own return address is untouched, unless shim_enter has put `leave` there:
 * then shim_leave sees the result, and says where the caller is.
 *
 * Another machine needs a file like this one: STUBS stubs of equal size, enter, leave, answer.
 */
        .text
        .set STUBS, 2048

        .globl shim_stubs
        .hidden shim_stubs
        .p2align 4
shim_stubs:
        .set i, 0
        .rept STUBS
        .p2align 4
        pushq $i
        jmp enter
        .set i, i + 1
        .endr

/* struct registers: rdi rsi rdx rcx r8 r9 rax r10, xmm0 .. xmm7: 192 bytes. */
        .p2align 4
enter:
        /* On the stack: the stub's number, the return address. rsp is 0 modulo 16. */
        subq $192, %rsp
        movq %rdi, 0(%rsp)
        movq %rsi, 8(%rsp)
        movq %rdx, 16(%rsp)
        movq %rcx, 24(%rsp)
        movq %r8, 32(%rsp)
        movq %r9, 40(%rsp)
        movq %rax, 48(%rsp)
        movq %r10, 56(%rsp)
        movups %xmm0, 64(%rsp)
        movups %xmm1, 80(%rsp)
        movups %xmm2, 96(%rsp)
        movups %xmm3, 112(%rsp)
        movups %xmm4, 128(%rsp)
        movups %xmm5, 144(%rsp)
        movups %xmm6, 160(%rsp)
        movups %xmm7, 176(%rsp)
        movq 192(%rsp), %rdi
        movq %rsp, %rsi
        leaq 200(%rsp), %rdx
        call shim_enter
        movq %rax, %r11
        movq 0(%rsp), %rdi
        movq 8(%rsp), %rsi
        movq 16(%rsp), %rdx
        movq 24(%rsp), %rcx
        movq 32(%rsp), %r8
        movq 40(%rsp), %r9
        movq 48(%rsp), %rax
        movq 56(%rsp), %r10
        movups 64(%rsp), %xmm0
        movups 80(%rsp), %xmm1
        movups 96(%rsp), %xmm2
        movups 112(%rsp), %xmm3
        movups 128(%rsp), %xmm4
        movups 144(%rsp), %xmm5
        movups 160(%rsp), %xmm6
        movups 176(%rsp), %xmm7
        addq $200, %rsp
        jmp *%r11

/* Where a call goes that is answered by the shim itself: rax and xmm0 are the answer already. */
        .globl shim_answer
        .hidden shim_answer
        .p2align 4
shim_answer:
        ret

/* Where a watched function returns to. rsp is 0 modulo 16, as in the caller after a call. */
        .globl shim_returned
        .hidden shim_returned
        .p2align 4
shim_returned:
        subq $56, %rsp
        movq %rax, 0(%rsp)
        movq %rdx, 8(%rsp)
        movups %xmm0, 16(%rsp)
        movups %xmm1, 32(%rsp)
        movq %rsp, %rdi
        subq $8, %rsp
        call shim_leave
        addq $8, %rsp
        movq %rax, 48(%rsp)
        movq 0(%rsp), %rax
        movq 8(%rsp), %rdx
        movups 16(%rsp), %xmm0
        movups 32(%rsp), %xmm1
        addq $48, %rsp
        ret

        .section .note.GNU-stack, "", @progbits
