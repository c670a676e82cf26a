/* fastsum with the C API: one function, no state, multi-phase initialisation. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Below this, giving the GIL away and getting it back costs more than it lets others do. */
enum { WORTH_RELEASING = 16 << 20 };

static uint64_t sum(const unsigned char *bytes, Py_ssize_t length)
{
    uint64_t total = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        total += bytes[i];
    return total;
}

static PyObject *byte_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    static uint64_t total;

    /* PyBUF_SIMPLE: plain bytes in one piece, or an exception. Until it is released, nobody can resize
       or free them, so they may be read without the GIL. */
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len >= WORTH_RELEASING) {
        Py_BEGIN_ALLOW_THREADS
        total = 0;
        for (Py_ssize_t i = 0; i < view.len; i++)
            total += ((unsigned char *)view.buf)[i];
        Py_END_ALLOW_THREADS
    } else {
        total = sum(view.buf, view.len);
    }
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(total);
}

static PyMethodDef methods[] = {
    {"byte_sum", byte_sum, METH_O, PyDoc_STR("byte_sum(data, /)\n--\n\nThe sum of the bytes of a C-contiguous buffer.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fastsum",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_fastsum(void)
{
    return PyModuleDef_Init(&definition);
}
