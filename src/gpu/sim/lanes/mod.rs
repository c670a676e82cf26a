//! Arithmetic of PTX, for all lanes of a warp at once (PTX ISA, 9.7.1 to 9.7.8).
//!
//! Everything here is pure and total, so that lanes which take no part may be computed too.

pub(super) mod bits;
pub(super) mod compare;
pub(super) mod convert;
pub(super) mod float;
pub(super) mod half;
pub(super) mod integer;
pub(super) mod rounding;

/// A type whose values a register can hold.
pub(super) trait Value: Copy {
    /// The value in a register's low bits.
    fn get(bits: u64) -> Self;
    /// The value, zero-extended.
    fn put(self) -> u64;
}

macro_rules! integers {
    ($($signed:ty, $unsigned:ty);*) => {$(
        impl Value for $unsigned {
            fn get(bits: u64) -> Self {
                bits as Self
            }
            fn put(self) -> u64 {
                u64::from(self)
            }
        }
        impl Value for $signed {
            fn get(bits: u64) -> Self {
                bits as Self
            }
            fn put(self) -> u64 {
                u64::from(self as $unsigned)
            }
        }
    )*};
}

integers!(i8, u8; i16, u16; i32, u32; i64, u64);

impl Value for f32 {
    fn get(bits: u64) -> Self {
        Self::from_bits(bits as u32)
    }
    fn put(self) -> u64 {
        u64::from(self.to_bits())
    }
}

impl Value for f64 {
    fn get(bits: u64) -> Self {
        Self::from_bits(bits)
    }
    fn put(self) -> u64 {
        self.to_bits()
    }
}

/// Makes a function for all lanes of an expression for one.
macro_rules! each {
    (|$a:ident: $t:ty| $e:expr) => {{
        fn all(a: &$crate::gpu::sim::program::Lanes, out: &mut $crate::gpu::sim::program::Lanes) {
            for lane in 0..32 {
                let $a = <$t as $crate::gpu::sim::lanes::Value>::get(a[lane]);
                out[lane] = $crate::gpu::sim::lanes::Value::put($e);
            }
        }
        all as $crate::gpu::sim::program::Unary
    }};
    (|$a:ident: $t:ty, $b:ident: $u:ty| $e:expr) => {{
        fn all(
            a: &$crate::gpu::sim::program::Lanes,
            b: &$crate::gpu::sim::program::Lanes,
            out: &mut $crate::gpu::sim::program::Lanes,
        ) {
            for lane in 0..32 {
                let $a = <$t as $crate::gpu::sim::lanes::Value>::get(a[lane]);
                let $b = <$u as $crate::gpu::sim::lanes::Value>::get(b[lane]);
                out[lane] = $crate::gpu::sim::lanes::Value::put($e);
            }
        }
        all as $crate::gpu::sim::program::Binary
    }};
    (|$a:ident: $t:ty, $b:ident: $u:ty, $c:ident: $v:ty| $e:expr) => {{
        fn all(
            a: &$crate::gpu::sim::program::Lanes,
            b: &$crate::gpu::sim::program::Lanes,
            c: &$crate::gpu::sim::program::Lanes,
            out: &mut $crate::gpu::sim::program::Lanes,
        ) {
            for lane in 0..32 {
                let $a = <$t as $crate::gpu::sim::lanes::Value>::get(a[lane]);
                let $b = <$u as $crate::gpu::sim::lanes::Value>::get(b[lane]);
                let $c = <$v as $crate::gpu::sim::lanes::Value>::get(c[lane]);
                out[lane] = $crate::gpu::sim::lanes::Value::put($e);
            }
        }
        all as $crate::gpu::sim::program::Ternary
    }};
}
pub(super) use each;
