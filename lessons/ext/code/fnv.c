/* The FNV-1a hash of bytes, with the GIL, without it, and in pieces. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

#define START 0xcbf29ce484222325

static uint64_t fnv(uint64_t hash, const uint8_t *at, Py_ssize_t length)
{
    for (Py_ssize_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

static PyObject *held(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer data;
    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) < 0)
        return NULL;
    uint64_t hash = fnv(START, data.buf, data.len);
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLongLong(hash);
}

// ANCHOR: released
static PyObject *released(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer data;
    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) < 0)
        return NULL;
    uint64_t hash;
    Py_BEGIN_ALLOW_THREADS
    hash = fnv(START, data.buf, data.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLongLong(hash);
}
// ANCHOR_END: released

// ANCHOR: pieces
/* Some milliseconds of work. */
#define PIECE (4 << 20)

static PyObject *pieces(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer data;
    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) < 0)
        return NULL;
    uint64_t hash = START;
    int failed = 0;
    for (Py_ssize_t at = 0; at < data.len && !failed; at += PIECE) {
        Py_ssize_t length = data.len - at < PIECE ? data.len - at : PIECE;
        Py_BEGIN_ALLOW_THREADS
        hash = fnv(hash, (const uint8_t *)data.buf + at, length);
        Py_END_ALLOW_THREADS
        failed = PyErr_CheckSignals();
    }
    PyBuffer_Release(&data);
    return failed ? NULL : PyLong_FromUnsignedLongLong(hash);
}
// ANCHOR_END: pieces

static PyMethodDef methods[] = {
    {"held", held, METH_O, "The hash; holds the GIL."},
    {"released", released, METH_O, "The hash; lets go of the GIL meanwhile."},
    {"pieces", pieces, METH_O, "The hash; without the GIL, and looks for signals now and then."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "fnv", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_fnv(void)
{
    return PyModuleDef_Init(&definition);
}
