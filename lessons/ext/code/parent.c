/* A type whose objects refer to another object, and may be part of a cycle. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <structmember.h>

// ANCHOR: type
typedef struct {
    PyObject_HEAD
    PyObject *parent;
} Child;

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self)); // since 3.9, for types made from a spec
    Py_VISIT(((Child *)self)->parent);
    return 0;
}

static int clear(PyObject *self)
{
    Py_CLEAR(((Child *)self)->parent);
    return 0;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear(self);
    type->tp_free(self);
    Py_DECREF(type); // each object of such a type holds it
}
// ANCHOR_END: type

static PyMemberDef members[] = {
    {"parent", T_OBJECT, offsetof(Child, parent), 0, "any object"},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_members, members},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_dealloc, dealloc},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "parent.Child",
    .basicsize = sizeof(Child),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};

static int exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&spec);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "parent", .m_size = 0, .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_parent(void)
{
    return PyModuleDef_Init(&definition);
}
