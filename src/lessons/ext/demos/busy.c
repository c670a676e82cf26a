/* The demo gil: one computation, with the lock and without it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* FNV-1a of the bytes, so many times over. Each step needs the one before. */
static unsigned long long hash(const unsigned char *bytes, Py_ssize_t length, long rounds)
{
    unsigned long long value = 14695981039346656037u;
    for (long round = 0; round < rounds; round++)
        for (Py_ssize_t i = 0; i < length; i++)
            value = (value ^ bytes[i]) * 1099511628211u;
    return value;
}

static PyObject *held(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    long rounds;
    if (!PyArg_ParseTuple(args, "y*l", &data, &rounds))
        return NULL;
    unsigned long long value = hash(data.buf, data.len, rounds);
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLongLong(value);
}

static PyObject *released(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    long rounds;
    unsigned long long value;
    if (!PyArg_ParseTuple(args, "y*l", &data, &rounds))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    value = hash(data.buf, data.len, rounds);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLongLong(value);
}

static PyMethodDef methods[] = {
    {"held", held, METH_VARARGS, "held(data, rounds): the hash, with the GIL."},
    {"released", released, METH_VARARGS, "released(data, rounds): the hash, without it."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "busy", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_busy(void)
{
    return PyModuleDef_Init(&definition);
}
