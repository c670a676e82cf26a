//! Calls, of the kernel's own functions and of others.

use super::*;

const FACTORIAL: &str = ".func (.param .b32 r) fact(.param .b32 n) {
    .reg .b32 %r<9>; .reg .pred %p<3>; .loc 1 2 0
    ld.param.u32 %r1, [n]; setp.gt.s32 %p1, %r1, 1; @%p1 bra $more; st.param.b32 [r], 1; ret;
    $more: add.s32 %r2, %r1, -1; { .param .b32 a; st.param.b32 [a], %r2; .param .b32 b;
    call.uni (b), fact, (a); ld.param.b32 %r3, [b]; } mul.lo.s32 %r4, %r1, %r3;
    st.param.b32 [r], %r4; ret; }";

fn call(callee: &str) -> String {
    format!(
        "and.b32 %r5, %t, 7; {{ .param .b32 x; st.param.b32 [x], %r5; .param .b32 y;
         call (y), {callee}, (x); ld.param.b32 %r6, [y]; }} st.global.u32 [%out], %r6;"
    )
}

#[test]
fn functions_call_themselves() {
    let mut bench = Bench::new(FACTORIAL, &call("fact"));
    assert_eq!(accused(&bench.launch(1, 32)), []);
    assert_eq!(bench.out()[..9], [1, 1, 2, 6, 24, 120, 720, 5040, 1]);
}

#[test]
fn a_call_without_end_overflows() {
    let endless = FACTORIAL.replace("setp.gt.s32", "setp.ne.s32");
    let launched = Bench::new(&endless, &call("fact")).launch(1, 32);
    assert_eq!(accused(&launched), [(FaultKind::StackOverflow, 2, 0)]);
    assert!(
        launched.faults[0]
            .text
            .starts_with("calls itself too deeply")
    );
}

#[test]
fn functions_have_addresses() {
    let twice = ".func (.param .b32 r) twice(.param .b32 n) { .reg .b32 %r<3>;
        ld.param.u32 %r1, [n]; shl.b32 %r1, %r1, 1; st.param.b32 [r], %r1; ret; }";
    let body = "and.b32 %r5, %t, 1; setp.eq.s32 %p1, %r5, 0; mov.u64 %d2, fact; mov.u64 %d3, twice;
        selp.b64 %d4, %d2, %d3, %p1; { .param .b32 x; st.param.b32 [x], 5; .param .b32 y;
        proto: .callprototype (.param .b32 _) _ (.param .b32 _);
        call (y), %d4, (x), proto; ld.param.b32 %r6, [y]; } st.global.u32 [%out], %r6;";
    let mut bench = Bench::new(&format!("{FACTORIAL} {twice}"), body);
    assert_eq!(accused(&bench.launch(1, 32)), []);
    assert_eq!(bench.out()[..4], [120, 10, 120, 10]);
    let wild = body.replace("selp.b64 %d4, %d2, %d3, %p1;", "mov.u64 %d4, 64;");
    let launched = Bench::new(FACTORIAL, &wild.replace("twice", "fact")).launch(1, 1);
    assert_eq!(launched.faults[0].kind, FaultKind::Trap);
}

#[test]
fn printf_and_assert_speak() {
    let before = ".extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);
        .extern .func __assertfail(.param .b64 a, .param .b64 b, .param .b32 c, .param .b64 d, .param .b64 e);
        .global .b8 text[] = {37, 100, 32, 37, 46, 49, 102, 10, 0}; .global .b8 x[2] = {120, 0};";
    let body = ".local .align 8 .b8 args[16]; st.local.u32 [args], %t;
        cvt.rn.f64.s32 %d2, %t; st.local.f64 [args+8], %d2; mov.u64 %d3, text; cvta.global.u64 %d3, %d3;
        mov.u64 %d4, args; cvta.local.u64 %d4, %d4; { .param .b64 p; st.param.b64 [p], %d3;
        .param .b64 q; st.param.b64 [q], %d4; .param .b32 v; call (v), vprintf, (p, q); }
        setp.ne.s32 %p1, %t, 1; @%p1 bra $end; mov.u64 %d5, x; { .param .b64 a; st.param.b64 [a], %d5;
        .param .b64 b; st.param.b64 [b], %d5; .param .b32 c; st.param.b32 [c], 3; .param .b64 d;
        st.param.b64 [d], %d5; .param .b64 e; st.param.b64 [e], 1; .loc 1 7 0
        call __assertfail, (a, b, c, d, e); } $end: ";
    let launched = Bench::new(before, body).launch(1, 2);
    assert_eq!(launched.printed, "0 0.0\n1 1.0\n");
    assert_eq!(accused(&launched), [(FaultKind::Assert, 7, 0)]);
    assert_eq!(launched.faults[0].text, "fails the assertion x");
    let options = SimOptions {
        max_printed: 8,
        ..SimOptions::default()
    };
    let launched = Bench::with(options, before, body).launch(1, 2);
    assert_eq!(
        (launched.printed.as_str(), launched.printed_cut),
        ("0 0.0\n1 ", true)
    );
}

#[test]
fn libdevice_is_there() {
    let before = ".extern .func (.param .b32 r) __nv_sqrtf(.param .b32 a);";
    let body =
        "cvt.rn.f32.u32 %f1, %t; mul.f32 %f1, %f1, %f1; { .param .b32 x; st.param.f32 [x], %f1;
        .param .b32 y; call (y), __nv_sqrtf, (x); ld.param.f32 %f2, [y]; }
        cvt.rzi.u32.f32 %r1, %f2; st.global.u32 [%out], %r1;";
    let mut bench = Bench::new(before, body);
    assert_eq!(accused(&bench.launch(1, 32)), []);
    assert_eq!(bench.out()[31], 31);
}
