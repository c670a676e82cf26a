//! Of the parser: what is PTX, and what is none.

use super::*;
use crate::gpu::ptx::{Instruction, Kind, Statement};

#[test]
fn variables_have_sizes_and_values() {
    let module = parse(
        ".version 7.5 .target sm_75, debug .address_size 64
         .visible .const .align 4 .b8 kk[16] = {0, 0, 128, 63};
         .global .align 8 .u64 names[2] = {generic(a), generic(b)+4};
         .extern .shared .align 4 .b8 dyn[];
         .file 1 \"x.cu\" .section .debug_str { .b8 0 a: .b8 1 }",
    )
    .unwrap();
    assert_eq!(module.target, "sm_75");
    assert_eq!(module.files[&1], "x.cu");
    let [kk, names, dynamic] = &module.variables[..] else {
        panic!("{module:?}");
    };
    assert_eq!((kk.bytes, kk.align, kk.init.len()), (16, 4, 4));
    assert_eq!(
        names.init[1],
        Init::Address {
            name: "b",
            offset: 4
        }
    );
    assert!(dynamic.is_extern && dynamic.bytes == 0 && dynamic.is_array);
}

#[test]
fn a_function_has_statements() {
    let module = parse(
        ".visible .func (.param .b32 r) f(.param .u64 .ptr .global .align 4 p) .noreturn
         { .reg .b32 %r<3>; .loc 1 6 0, function_name $n, inlined_at 1 9 2
         $L: @!%p1 ld.global.v2.f32 {%r1, _}, [%rd1+-8]; shfl.sync.bfly.b32 %r1|%p2, %r2, -1, 0x1f, 1;
         { .param .b32 a; call.uni (r), f, (a); } t: .branchtargets $L, $M; ret; }",
    )
    .unwrap();
    let body = module.functions[0].body.as_ref().unwrap();
    let Statement::Registers { ty, names } = &body[0] else {
        panic!("{body:?}");
    };
    assert_eq!(
        (ty.kind, ty.bits, names[0]),
        (Kind::Bits, 32, ("%r", Some(3)))
    );
    let Statement::Loc(loc) = &body[1] else {
        panic!("{body:?}");
    };
    assert_eq!(loc.inlined_at.as_ref().unwrap().line, 9);
    assert_eq!(body[2], Statement::Label("$L"));
    assert_eq!(
        body[3],
        Statement::Instruction(Instruction {
            guard: Some(("%p1", true)),
            opcode: "ld.global.v2.f32",
            operands: vec![
                Operand::Vector(vec![Operand::Name("%r1"), Operand::Name("_")]),
                Operand::Address {
                    base: Some("%rd1"),
                    offset: -8
                },
            ],
            line: 3,
        })
    );
    assert_eq!(body.len(), 11);
}

#[test]
fn what_is_no_ptx_is_named() {
    for (text, what) in [
        ("x", "x is no directive"),
        (".func f() { add.s32 %r1 %r2; }", "',' is missing"),
        (".func f() {", "a body does not end"),
        (".global .align 3 .b8 x;", "an alignment of 3"),
        (".global .b8 x[4294967296][4294967296];", "x is too large"),
    ] {
        assert_eq!(parse(text).unwrap_err().what, what);
    }
}
