/* Lines of an access log, "GET /index.html 5120", as dictionaries: twice, once with a mistake. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>

struct line {
    char method[16];
    char path[256];
    long size;
};

static int scan(PyObject *arg, struct line *line)
{
    const char *text = PyUnicode_AsUTF8(arg);
    if (text == NULL)
        return -1;
    if (sscanf(text, "%15s %255s %ld", line->method, line->path, &line->size) != 3) {
        PyErr_Format(PyExc_ValueError, "no line of a log: %R", arg);
        return -1;
    }
    return 0;
}

// ANCHOR: put
/* Puts a new object into a dictionary, and gives up the reference to it, in any case. */
static int put(PyObject *record, const char *key, PyObject *value)
{
    if (value == NULL)
        return -1;
    int failed = PyDict_SetItemString(record, key, value);
    Py_DECREF(value);
    return failed;
}
// ANCHOR_END: put

// ANCHOR: leaks
static PyObject *parse(PyObject *Py_UNUSED(module), PyObject *arg)
{
    struct line line;
    if (scan(arg, &line) < 0)
        return NULL;
    PyObject *record = PyDict_New();
    if (record == NULL)
        return NULL;
    if (put(record, "method", PyUnicode_FromString(line.method)) < 0
        || put(record, "path", PyUnicode_FromString(line.path)) < 0
        || PyDict_SetItemString(record, "size", PyLong_FromLong(line.size)) < 0) {
        Py_DECREF(record);
        return NULL;
    }
    return record;
}
// ANCHOR_END: leaks

static PyObject *parse_right(PyObject *Py_UNUSED(module), PyObject *arg)
{
    struct line line;
    if (scan(arg, &line) < 0)
        return NULL;
    PyObject *record = PyDict_New();
    if (record == NULL)
        return NULL;
    if (put(record, "method", PyUnicode_FromString(line.method)) < 0
        || put(record, "path", PyUnicode_FromString(line.path)) < 0
        // ANCHOR: right
        || put(record, "size", PyLong_FromLong(line.size)) < 0) {
        // ANCHOR_END: right
        Py_DECREF(record);
        return NULL;
    }
    return record;
}

static PyMethodDef methods[] = {
    {"parse", parse, METH_O, "Parse a line; leaks an object."},
    {"parse_right", parse_right, METH_O, "Parse a line."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "accesslog", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_accesslog(void)
{
    return PyModuleDef_Init(&definition);
}
