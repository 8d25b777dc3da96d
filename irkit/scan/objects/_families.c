/* What irkit.scan.objects.made, texts, delta and tree_names do in Python with each of millions of objects.

   The same results, tested equal. Packs come from strangers: nothing is read or written outside of what is there,
   whatever a delta or a tree says. What is odd (large, broken) is left to Python, which also says what is wrong. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include "libdeflate.h"
#ifdef __linux__
#include <malloc.h> /* of glibc: M_TRIM_THRESHOLD and the like; other C libraries have none of them */
#endif

#define AROUND 400
#define LARGE_PAGE ((uintptr_t)2 << 20)
#define MOST_ROOM (16 << 20) /* glibc takes more than 32 MB from the system at once, whatever it is told */
#define LONG_LINE 8192
#define ALL_OF_IT 0x10000
#define ARGUMENTS 7
#define MOST (64 << 20)        /* larger things are made in Python */
#define PAGES_KEPT (8 << 20)
#define ROOM_AT_FIRST 4096
#define LOOKED_AT_ONCE (1 << 19)
#define HELD_AT_ONCE (1 << 20)
#define ID 20
#define PRINTABLE 8
#define FEW_CHANGES 64
#define KINDS 8 /* numbers that an entry's kind can have */

typedef struct {
    const unsigned char *data;
    Py_ssize_t size;
} Bytes;

static int bytes_of(PyObject *object, Bytes *bytes) {
    char *data;
    if (PyBytes_AsStringAndSize(object, &data, &bytes->size) < 0) return -1;
    bytes->data = (const unsigned char *)data;
    return 0;
}

/* ---- deltas (delta.py) ---- */

/* A command of a delta: what it brings, or where in the base it copies from. */
typedef struct {
    const unsigned char *brought;
    Py_ssize_t from, size;
    int is_placed; /* a copy that tells from where */
} Command;

/* Reads a size of seven bits a byte; -1 when it does not end, or is larger than anything here. */
static Py_ssize_t read_size(const Bytes *delta, Py_ssize_t *place) {
    Py_ssize_t size = 0;
    for (int shift = 0; *place < delta->size; shift += 7) {
        unsigned byte = delta->data[(*place)++];
        if (shift < 42) size |= (Py_ssize_t)(byte & 127) << shift;
        else if (byte & 127) size = -1;
        if (!(byte & 128)) return size;
        if (size < 0) return -1;
    }
    return -1;
}

/* Whether the bytes of a size are passed; the size may be any. */
static int skip_size(const Bytes *delta, Py_ssize_t *place) {
    while (*place < delta->size && delta->data[*place] & 128) (*place)++;
    return ++*place <= delta->size;
}

/* 1 and the command at `place`, which moves on; 0 when it is cut off. A copy has no `brought`. */
static int read_command(const Bytes *delta, Py_ssize_t *place, Command *command) {
    unsigned byte = delta->data[(*place)++];
    if (byte < 128) {
        if (byte > delta->size - *place) return 0;
        *command = (Command){delta->data + *place, 0, byte, 0};
        *place += byte;
        return 1;
    }
    if (delta->size - *place < ARGUMENTS && __builtin_popcount(byte & 127) > delta->size - *place) return 0;
    const unsigned char *at = delta->data + *place;
    Py_ssize_t from = 0, size = 0;
    if (byte & 0x01) from = *at++;
    if (byte & 0x02) from |= (Py_ssize_t)*at++ << 8;
    if (byte & 0x04) from |= (Py_ssize_t)*at++ << 16;
    if (byte & 0x08) from |= (Py_ssize_t)*at++ << 24;
    if (byte & 0x10) size = *at++;
    if (byte & 0x20) size |= (Py_ssize_t)*at++ << 8;
    if (byte & 0x40) size |= (Py_ssize_t)*at++ << 16;
    *place = at - delta->data;
    *command = (Command){NULL, from, size ? size : ALL_OF_IT, byte & 15};
    return 1;
}

typedef int (*Change)(void *context, Py_ssize_t start, Py_ssize_t end);

/* As `changes`: tells the parts that a delta brings; 1 when it is none, -1 with an error set. */
static int each_change(const Bytes *delta, Change tell, void *context) {
    Py_ssize_t place = 0, start = 0, at = 0;
    if (!skip_size(delta, &place) || !skip_size(delta, &place)) return 1;
    int is_copied = 0;
    while (place < delta->size) {
        Command command;
        if (!read_command(delta, &place, &command)) return 1;
        if (command.brought != NULL) {
            is_copied = 0;
            at += command.size;
            continue;
        }
        if (is_copied) {
            if (tell(context, at, at) < 0) return -1;
        } else {
            if ((at || command.is_placed) && tell(context, start, at) < 0) return -1;
            is_copied = 1;
        }
        at += command.size;
        start = at;
    }
    return tell(context, start, at) < 0 ? -1 : 0;
}

/* What a delta makes of its base; NULL without an error when that is left to Python. */
static PyObject *applied(const Bytes *base, const Bytes *delta) {
    Py_ssize_t place = 0;
    if (read_size(delta, &place) != base->size) return NULL;
    Py_ssize_t size = read_size(delta, &place);
    if (size < 0 || size > MOST) return NULL;
    PyObject *result = PyBytes_FromStringAndSize(NULL, size);
    if (result == NULL) return NULL;
    char *to = PyBytes_AsString(result);
    while (place < delta->size) {
        Command command;
        if (!read_command(delta, &place, &command) || command.size == 0 || command.size > size) break;
        if (command.brought == NULL && command.from > base->size - command.size) break;
        memcpy(to, command.brought != NULL ? command.brought : base->data + command.from, (size_t)command.size);
        to += command.size;
        size -= command.size;
        if (place == delta->size && size == 0) return result;
    }
    Py_DECREF(result); /* of a broken delta, or of one that makes nothing */
    return NULL;
}

/* The lines touched so far, and the span that is being made. */
typedef struct {
    Bytes body;
    PyObject *spans;
    Py_ssize_t first, last, line_end, size;
} Touched;

static int add_span(Touched *touched) {
    PyObject *first = PyLong_FromSsize_t(touched->first), *last = PyLong_FromSsize_t(touched->last);
    PyObject *span = first != NULL && last != NULL ? PyTuple_Pack(2, first, last) : NULL;
    int failed = span == NULL || PyList_Append(touched->spans, span) < 0;
    Py_XDECREF(first);
    Py_XDECREF(last);
    Py_XDECREF(span);
    touched->size += touched->last - touched->first;
    return failed ? -1 : 0;
}

/* The offset of the last such byte in bytes[low:high], or -1. */
static Py_ssize_t last_of(unsigned char byte, const Bytes *bytes, Py_ssize_t low, Py_ssize_t high) {
    if (high > bytes->size) high = bytes->size;
    while (high > low)
        if (bytes->data[--high] == byte) return high;
    return -1;
}

/* The offset of the first such byte in bytes[low:high], or -1. */
static Py_ssize_t first_of(unsigned char byte, const Bytes *bytes, Py_ssize_t low, Py_ssize_t high) {
    if (high > bytes->size) high = bytes->size;
    if (low >= high) return -1;
    const unsigned char *found = memchr(bytes->data + low, byte, (size_t)(high - low));
    return found == NULL ? -1 : found - bytes->data;
}

static int touch(void *context, Py_ssize_t start, Py_ssize_t end) {
    Touched *touched = context;
    if (end <= touched->line_end) return 0;
    Py_ssize_t from = start > LONG_LINE ? start - LONG_LINE : 0;
    if (from < touched->last + AROUND) from = touched->last + AROUND; /* what is before joins the last span anyway */
    Py_ssize_t newline = last_of('\n', &touched->body, from, start);
    Py_ssize_t low = (newline >= 0 ? newline : start - LONG_LINE) - AROUND;
    touched->line_end = first_of('\n', &touched->body, end, end + LONG_LINE);
    Py_ssize_t high = (touched->line_end >= 0 ? touched->line_end : end + LONG_LINE) + AROUND;
    if (high > touched->body.size) high = touched->body.size;
    if (low > touched->last) {
        if (touched->last > 0 && add_span(touched) < 0) return -1;
        touched->first = low > 0 ? low : 0;
        touched->last = high;
    } else if (high > touched->last) {
        touched->last = high;
    }
    return 0;
}

/* As `touched_by`; `looked_at` grows by the length of the spans. */
static PyObject *spans_of(PyObject *body, const Bytes *delta, Py_ssize_t *looked_at) {
    Touched touched = {.first = 0, .last = -LONG_LINE, .line_end = -1};
    if (bytes_of(body, &touched.body) < 0) return NULL;
    touched.spans = PyList_New(0);
    if (touched.spans == NULL) return NULL;
    int failed = each_change(delta, touch, &touched);
    if (!failed && touched.last > 0) failed = add_span(&touched);
    PyObject *result = failed < 0 ? NULL : failed ? Py_NewRef(Py_None) : PyList_AsTuple(touched.spans);
    Py_DECREF(touched.spans);
    *looked_at += failed ? touched.body.size : touched.size;
    return result;
}

static PyObject *touched_by(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *body, *delta;
    Py_ssize_t size = 0;
    Bytes read;
    if (!PyArg_ParseTuple(arguments, "SS", &body, &delta) || bytes_of(delta, &read) < 0) return NULL;
    return spans_of(body, &read, &size);
}

/* ---- families of a pack (made.py) ---- */

typedef struct {
    int32_t number;
    PyObject *base; /* NULL of a root */
} Waiting;

typedef struct {
    PyObject_HEAD
    Py_buffer pack, offsets, heads, sizes, first_child, next_sibling, roots;
    PyObject *make, *release;
    Py_ssize_t count, next_root, used;
    Waiting *waiting;
    Py_ssize_t depth, room;
    struct libdeflate_decompressor *inflater;
    uint8_t *read; /* the last delta */
    size_t room_read;
} Made;

/* An object, and the delta that it was made by, until the next one is: without data of a root. */
typedef struct {
    int32_t number;
    PyObject *body, *owner; /* what the delta stands in, where Python read it */
    Bytes delta;
} One;

static void forget(One *one) {
    Py_CLEAR(one->body);
    Py_CLEAR(one->owner);
}

static int column(PyObject *from, const char *name, Py_buffer *buffer, Py_ssize_t width, Py_ssize_t *count) {
    PyObject *object = PyObject_GetAttrString(from, name);
    if (object == NULL) return -1;
    int failed = PyObject_GetBuffer(object, buffer, PyBUF_ND);
    Py_DECREF(object);
    if (failed < 0) return -1;
    if (buffer->itemsize != width) {
        PyErr_SetString(PyExc_TypeError, name);
        return -1;
    }
    if (buffer->len / width < *count) *count = buffer->len / width;
    return 0;
}

static int fill(Made *made, PyObject *pack, PyObject *roots) {
    PyObject *entries = PyObject_GetAttrString(pack, "entries");
    if (entries == NULL) return -1;
    Py_ssize_t sure = PY_SSIZE_T_MAX, ends = PY_SSIZE_T_MAX;
    int failed = column(pack, "view", &made->pack, 1, &(Py_ssize_t){0}) < 0 ||
                 column(entries, "offsets", &made->offsets, 8, &ends) < 0 ||
                 column(entries, "heads", &made->heads, 1, &sure) < 0 ||
                 column(entries, "sizes", &made->sizes, 8, &sure) < 0 ||
                 column(entries, "first_child", &made->first_child, 4, &sure) < 0 ||
                 column(entries, "next_sibling", &made->next_sibling, 4, &sure) < 0;
    Py_DECREF(entries);
    if (failed || PyObject_GetBuffer(roots, &made->roots, PyBUF_ND) < 0) return -1;
    if (made->roots.itemsize != 4) {
        PyErr_SetString(PyExc_TypeError, "roots");
        return -1;
    }
    made->count = sure < ends - 1 ? sure : ends - 1;
    made->inflater = libdeflate_alloc_decompressor();
    if (made->inflater == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    made->make = PyObject_GetAttrString(pack, "make");
    made->release = PyObject_GetAttrString(pack, "release");
    return made->make == NULL || made->release == NULL ? -1 : 0;
}

static PyObject *make_made(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    (void)keywords;
    PyObject *pack, *roots;
    if (!PyArg_ParseTuple(arguments, "OO", &pack, &roots)) return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Made *made = (Made *)allocate(type, 0); /* all of it 0 */
    if (made != NULL && fill(made, pack, roots) < 0) Py_CLEAR(made);
    return (PyObject *)made;
}

static void free_made(PyObject *object) {
    Made *made = (Made *)object;
    while (made->depth) Py_XDECREF(made->waiting[--made->depth].base);
    PyMem_Free(made->waiting);
    libdeflate_free_decompressor(made->inflater);
    PyMem_Free(made->read);
    Py_buffer *buffers[] = {&made->pack,        &made->offsets,      &made->heads, &made->sizes,
                            &made->first_child, &made->next_sibling, &made->roots};
    for (size_t at = 0; at < sizeof buffers / sizeof *buffers; at++)
        if (buffers[at]->obj != NULL) PyBuffer_Release(buffers[at]);
    Py_XDECREF(made->make);
    Py_XDECREF(made->release);
    PyTypeObject *type = Py_TYPE(object);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static int wait_for(Made *made, int32_t number, PyObject *base) {
    if (number < 0 || number >= made->count) {
        PyErr_SetString(PyExc_ValueError, "an entry is not in the pack");
        return -1;
    }
    if (made->depth == made->room) {
        Py_ssize_t room = made->room ? 2 * made->room : 64;
        Waiting *waiting = PyMem_Realloc(made->waiting, (size_t)room * sizeof *waiting);
        if (waiting == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        made->waiting = waiting;
        made->room = room;
    }
    made->waiting[made->depth++] = (Waiting){number, Py_XNewRef(base)};
    return 0;
}

/* Where the data of an entry stand in the pack, their size and that of what they inflate to. */
typedef struct {
    const uint8_t *data;
    size_t count, size;
} Packed;

/* Whether an entry's data lie within the pack, and inflate to no more than is made here. */
static int find(Made *made, int32_t number, Packed *packed) {
    uint64_t start = ((const uint64_t *)made->offsets.buf)[number];
    uint64_t end = ((const uint64_t *)made->offsets.buf)[number + 1];
    uint64_t size = ((const uint64_t *)made->sizes.buf)[number], pack = (uint64_t)made->pack.len;
    unsigned head = ((const unsigned char *)made->heads.buf)[number];
    if (end > pack || start > end || head > end - start || size > MOST) return 0;
    made->used += (Py_ssize_t)(end - start);
    *packed = (Packed){(const uint8_t *)made->pack.buf + start + head, end - start - head, size};
    return 1;
}

/* Whether the data of an entry inflate to exactly the size that its head tells. */
static int inflate(Made *made, const Packed *packed, void *to) {
    return libdeflate_zlib_decompress(made->inflater, packed->data, packed->count, to, packed->size, NULL) ==
           LIBDEFLATE_SUCCESS;
}

/* The content of an entry that is no delta; NULL, perhaps with an error set, when that is left to Python. */
static PyObject *whole(Made *made, const Packed *packed) {
    PyObject *body = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)packed->size);
    if (body != NULL && !inflate(made, packed, PyBytes_AsString(body))) Py_CLEAR(body);
    return body;
}

/* The delta of an entry, until the next one is read: 1; 0, perhaps with an error set, when that is left to Python. */
static int read_delta(Made *made, const Packed *packed, Bytes *delta) {
    if (made->room_read < packed->size + 1) {
        size_t room = 2 * packed->size + ROOM_AT_FIRST;
        PyMem_Free(made->read);
        made->room_read = 0;
        made->read = PyMem_Malloc(room);
        if (made->read == NULL) return PyErr_NoMemory() != NULL;
        made->room_read = room;
    }
    *delta = (Bytes){made->read, (Py_ssize_t)packed->size};
    return inflate(made, packed, made->read);
}

/* As Python makes an object: 1; 0 when it is broken, -1 with an error set. */
static int make_slowly(Made *made, Waiting *waiting, One *one) {
    PyObject *base = waiting->base != NULL ? waiting->base : Py_None;
    PyObject *pair = PyObject_CallFunction(made->make, "iO", (int)waiting->number, base), *delta;
    if (pair == NULL) return -1;
    int is_made = 0;
    if (pair != Py_None) {
        is_made = PyArg_ParseTuple(pair, "SS", &one->body, &delta) ? 1 : -1;
        if (is_made > 0) {
            Py_INCREF(one->body);
            one->owner = waiting->base != NULL ? Py_NewRef(delta) : NULL;
            if (one->owner != NULL) bytes_of(one->owner, &one->delta);
        } else {
            one->body = NULL;
        }
    }
    Py_DECREF(pair);
    return is_made;
}

/* 1 and the object; 0 when it is broken, -1 with an error set. */
static int make(Made *made, Waiting *waiting, One *one) {
    *one = (One){.number = waiting->number};
    Packed packed;
    Bytes base;
    if (find(made, waiting->number, &packed)) {
        if (waiting->base == NULL) one->body = whole(made, &packed);
        else if (read_delta(made, &packed, &one->delta) && bytes_of(waiting->base, &base) == 0)
            one->body = applied(&base, &one->delta);
    }
    if (one->body != NULL) return 1;
    one->delta = (Bytes){NULL, 0};
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_Exception)) return -1;
        PyErr_Clear();
    }
    return make_slowly(made, waiting, one);
}

static int release(Made *made) {
    made->used = 0;
    PyObject *answer = PyObject_CallNoArgs(made->release);
    Py_XDECREF(answer);
    return answer == NULL ? -1 : PyErr_CheckSignals();
}

/* The next object that can be read: 1; 0 at the end, -1 with an error set. */
static int step(Made *made, One *one) {
    for (;;) {
        if (made->used > PAGES_KEPT && release(made) < 0) return -1;
        if (made->depth == 0) {
            if (made->next_root >= made->roots.len / 4) return 0;
            if (wait_for(made, ((const int32_t *)made->roots.buf)[made->next_root++], NULL) < 0) return -1;
        }
        Waiting waiting = made->waiting[--made->depth];
        int is_made = make(made, &waiting, one);
        Py_XDECREF(waiting.base);
        if (is_made < 0) return -1;
        if (!is_made) continue;
        int32_t child = ((const int32_t *)made->first_child.buf)[waiting.number];
        while (child >= 0) {
            if (wait_for(made, child, one->body) < 0) {
                forget(one);
                return -1;
            }
            child = ((const int32_t *)made->next_sibling.buf)[child];
        }
        return 1;
    }
}

static PyObject *next_made(PyObject *object) {
    One one;
    if (step((Made *)object, &one) <= 0) return NULL;
    PyObject *delta = PyBytes_FromStringAndSize((const char *)one.delta.data, one.delta.size);
    PyObject *result = delta != NULL ? Py_BuildValue("(iOO)", (int)one.number, one.body, delta) : NULL;
    Py_XDECREF(delta);
    forget(&one);
    return result;
}

/* What the module keeps: the type of `made`. */
static PyTypeObject *made_type(PyObject *module) {
    return *(PyTypeObject **)PyModule_GetState(module);
}

/* ---- texts to look at (texts.py) ---- */

typedef struct {
    PyObject *numbers, *texts;
    Py_ssize_t looked_at, held, small_change;
} Texts;

static int add_text(Texts *texts, const One *one, int is_whole) {
    Py_ssize_t size = PyBytes_Size(one->body);
    PyObject *spans = is_whole ? Py_NewRef(Py_None) : spans_of(one->body, &one->delta, &texts->looked_at);
    if (spans == NULL) return -1;
    if (is_whole) texts->looked_at += size;
    texts->held += size;
    PyObject *text = PyTuple_Pack(2, one->body, spans), *number = PyLong_FromLong(one->number);
    Py_DECREF(spans);
    int failed = text == NULL || number == NULL || PyList_Append(texts->texts, text) < 0 ||
                 PyList_Append(texts->numbers, number) < 0;
    Py_XDECREF(text);
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

static int gather(Made *made, const int32_t *bases, const char *known, Texts *texts) {
    One one;
    int is_there;
    while ((is_there = step(made, &one)) > 0) {
        int failed = 0;
        if (!known[one.number]) {
            int32_t base = bases[one.number];
            int is_whole = one.delta.data == NULL || base < 0 || base >= made->count || known[base] ||
                           one.delta.size >= (PyBytes_Size(one.body) + texts->small_change - 1) / texts->small_change;
            failed = add_text(texts, &one, is_whole);
        }
        forget(&one);
        if (failed) return -1;
        if (texts->looked_at >= LOOKED_AT_ONCE || texts->held >= HELD_AT_ONCE) return 0;
    }
    return is_there;
}

static PyObject *texts(PyObject *module, PyObject *arguments) {
    Made *made;
    PyObject *of_bases, *of_known;
    Py_ssize_t small_change;
    if (!PyArg_ParseTuple(arguments, "O!OOn", made_type(module), &made, &of_bases, &of_known, &small_change))
        return NULL;
    if (small_change < 1 || small_change > MOST) return PyErr_Format(PyExc_ValueError, "a small change is a part of 1");
    Py_buffer bases, known;
    if (PyObject_GetBuffer(of_bases, &bases, PyBUF_ND) < 0) return NULL;
    if (PyObject_GetBuffer(of_known, &known, PyBUF_SIMPLE) < 0) {
        PyBuffer_Release(&bases);
        return NULL;
    }
    Texts texts = {.numbers = PyList_New(0), .texts = PyList_New(0), .small_change = small_change};
    PyObject *result = NULL;
    if (texts.numbers != NULL && texts.texts != NULL) {
        if (bases.itemsize != 4 || bases.len / 4 < made->count || known.len < made->count)
            PyErr_SetString(PyExc_ValueError, "too few entries");
        else if (gather(made, bases.buf, known.buf, &texts) == 0)
            result = PyTuple_Pack(2, texts.numbers, texts.texts);
    }
    Py_XDECREF(texts.numbers);
    Py_XDECREF(texts.texts);
    PyBuffer_Release(&bases);
    PyBuffer_Release(&known);
    return result;
}

/* Adds up the texts, and marks in `partly` those that are looked at in part; the sum of their sizes, or -1. */
static Py_ssize_t add_up(
    PyObject *numbers, PyObject *texts, const Py_buffer *kinds, Py_ssize_t *counts, Py_buffer *partly
) {
    Py_ssize_t size = 0;
    for (Py_ssize_t at = 0; at < PyList_Size(texts) && at < PyList_Size(numbers); at++) {
        PyObject *text = PyList_GetItem(texts, at);
        Py_ssize_t number = PyLong_AsSsize_t(PyList_GetItem(numbers, at));
        if (number == -1 && PyErr_Occurred()) return -1;
        int is_entry = number >= 0 && number < kinds->len && number < partly->len;
        if (!is_entry || !PyTuple_Check(text) || PyTuple_Size(text) != 2) {
            PyErr_SetString(PyExc_ValueError, "no text of an entry");
            return -1;
        }
        Bytes body;
        if (bytes_of(PyTuple_GetItem(text, 0), &body) < 0) return -1;
        size += body.size;
        counts[((const unsigned char *)kinds->buf)[number] & (KINDS - 1)]++;
        if (PyTuple_GetItem(text, 1) != Py_None) ((char *)partly->buf)[number] = 1;
    }
    return size;
}

static PyObject *tally(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *numbers, *texts, *of_kinds, *of_partly, *result = NULL;
    if (!PyArg_ParseTuple(arguments, "O!O!OO", &PyList_Type, &numbers, &PyList_Type, &texts, &of_kinds, &of_partly))
        return NULL;
    Py_buffer kinds, partly;
    if (PyObject_GetBuffer(of_kinds, &kinds, PyBUF_SIMPLE) < 0) return NULL;
    if (PyObject_GetBuffer(of_partly, &partly, PyBUF_WRITABLE) == 0) {
        Py_ssize_t counts[KINDS] = {0}, size = add_up(numbers, texts, &kinds, counts, &partly);
        if (size >= 0) result = Py_BuildValue("(n(nnnnn))", size, counts[0], counts[1], counts[2], counts[3], counts[4]);
        PyBuffer_Release(&partly);
    }
    PyBuffer_Release(&kinds);
    return result;
}

/* ---- names in trees (tree_names.py) ---- */

typedef struct {
    Bytes tree;
    PyObject *number, *done, *found;
} Names;

static int add_name(Names *names, Py_ssize_t start, Py_ssize_t space, Py_ssize_t nul) {
    const char *at = (const char *)names->tree.data;
    PyObject *key = PyBytes_FromStringAndSize(at + start, nul - start);
    if (key == NULL) return -1;
    int failed = 0, is_done = PySet_Contains(names->done, key);
    if (!is_done) {
        PyObject *found = Py_BuildValue("(Oy#y#)", names->number, at + start, space - start, at + space + 1, nul - space - 1);
        failed = found == NULL || PyList_Append(names->found, found) < 0 || PySet_Add(names->done, key) < 0;
        Py_XDECREF(found);
    }
    Py_DECREF(key);
    return is_done < 0 || failed ? -1 : 0;
}

/* Where a mode ends that begins at `start`, at a space; 0 when none does. */
static Py_ssize_t mode_end(const Bytes *tree, Py_ssize_t start, Py_ssize_t last) {
    const unsigned char *at = tree->data;
    Py_ssize_t end = start;
    if (at[end] < '1' || at[end] > '7') return 0;
    for (end++; end < last && end - start < 6 && at[end] >= '0' && at[end] <= '7';) end++;
    return end - start >= 5 && end < last && at[end] == ' ' ? end : 0;
}

/* Adds what the expression of entries finds in tree[start:last]. */
static int add_entries(Names *names, Py_ssize_t start, Py_ssize_t last) {
    while (start < last) {
        Py_ssize_t space = mode_end(&names->tree, start, last);
        if (space) {
            Py_ssize_t nul = first_of(0, &names->tree, space + 1, last);
            if (nul < 0) return 0;
            if (nul > space + 1) {
                if (add_name(names, start, space, nul) < 0) return -1;
                start = nul;
            }
        }
        start++;
    }
    return 0;
}

/* Whether bytes[start:end] has that many printable bytes in a row. */
static int is_named(const Bytes *bytes, Py_ssize_t start, Py_ssize_t end) {
    int printable = 0;
    if (end > bytes->size) end = bytes->size;
    for (; start < end && printable < PRINTABLE; start++)
        printable = bytes->data[start] >= '!' && bytes->data[start] <= '~' ? printable + 1 : 0;
    return printable == PRINTABLE;
}

static int add_changed(void *context, Py_ssize_t start, Py_ssize_t end) {
    Names *names = context;
    const Bytes *tree = &names->tree;
    if (end - start == ID && !is_named(tree, start, end)) return 0;
    Py_ssize_t first = last_of(0, tree, 0, start), nul = first_of(0, tree, end, tree->size);
    return add_entries(names, first < 0 ? 0 : first, nul < 0 ? tree->size : nul + 1);
}

static int count_change(void *context, Py_ssize_t start, Py_ssize_t end) {
    (void)start, (void)end;
    ++*(Py_ssize_t *)context;
    return 0;
}

/* As `brings_only_ids`. */
static int is_of_ids(const Bytes *delta) {
    Py_ssize_t place = 0;
    if (!skip_size(delta, &place) || !skip_size(delta, &place)) return 0;
    for (int was_copied = -1; place < delta->size;) {
        Command command;
        if (!read_command(delta, &place, &command)) return 0;
        int is_copied = command.brought == NULL;
        if (is_copied == was_copied) return 0;
        was_copied = is_copied;
        if (is_copied) continue;
        Bytes brought = {command.brought, command.size};
        if (brought.size != ID || is_named(&brought, 0, ID)) return 0;
    }
    return 1;
}

/* Adds the new names of a tree, all of them or those that its delta may have brought. */
static int add_names(Names *names, const Bytes *delta) {
    if (delta->data != NULL) {
        if (is_of_ids(delta)) return 0;
        Py_ssize_t count = 0;
        if (each_change(delta, count_change, &count) == 0 && count <= FEW_CHANGES)
            return each_change(delta, add_changed, names);
    }
    return add_entries(names, 0, names->tree.size);
}

static int gather_names(Made *made, const Py_buffer *known, Names *names, Py_ssize_t *count, Py_ssize_t *size) {
    One one;
    int is_there;
    while ((is_there = step(made, &one)) > 0) {
        int failed = 0;
        if (known->buf == NULL || one.number >= known->len || !((const char *)known->buf)[one.number]) {
            names->number = PyLong_FromLong(one.number);
            failed = names->number == NULL || bytes_of(one.body, &names->tree) < 0 ||
                     add_names(names, known->buf == NULL ? &one.delta : &(Bytes){NULL, 0}) < 0;
            Py_XDECREF(names->number);
            *count += 1;
            *size += names->tree.size;
        }
        forget(&one);
        if (failed) return -1;
    }
    return is_there;
}

static PyObject *names_in(PyObject *module, PyObject *arguments) {
    Made *made;
    PyObject *of_known, *plain;
    if (!PyArg_ParseTuple(arguments, "O!OO", made_type(module), &made, &of_known, &plain)) return NULL;
    Py_buffer known = {.buf = NULL, .obj = NULL};
    if (of_known != Py_None && PyObject_GetBuffer(of_known, &known, PyBUF_SIMPLE) < 0) return NULL;
    Names names = {.done = PySet_New(plain), .found = PyList_New(0)};
    Py_ssize_t count = 0, size = 0;
    PyObject *result = NULL;
    if (names.done != NULL && names.found != NULL && gather_names(made, &known, &names, &count, &size) == 0)
        result = Py_BuildValue("(nnO)", count, size, names.found);
    Py_XDECREF(names.done);
    Py_XDECREF(names.found);
    if (known.obj != NULL) PyBuffer_Release(&known);
    return result;
}

/* ---- memory (freed.py) ---- */

static PyObject *keep_freed(PyObject *module, PyObject *argument) {
    (void)module;
    long most = PyLong_AsLong(argument);
    if (most == -1 && PyErr_Occurred()) return NULL;
    if (most < 0 || most > INT32_MAX) return PyErr_Format(PyExc_ValueError, "so many bytes cannot be kept");
#ifdef M_TRIM_THRESHOLD
    mallopt(M_TRIM_THRESHOLD, (int)most);
    mallopt(M_MMAP_THRESHOLD, (int)most / 4);
    mallopt(M_TOP_PAD, (int)most / 16);
#endif
    return Py_NewRef(Py_None);
}

static PyObject *large_pages(PyObject *module, PyObject *argument) {
    (void)module;
    long room = PyLong_AsLong(argument);
    if (room == -1 && PyErr_Occurred()) return NULL;
    if (room < 0 || room > MOST_ROOM) return PyErr_Format(PyExc_ValueError, "the heap cannot be made so much larger");
#if defined(M_ARENA_MAX) && defined(MADV_HUGEPAGE)
    mallopt(M_ARENA_MAX, 1); /* threads share the heap */
    mallopt(M_MMAP_THRESHOLD, (int)room + (int)LARGE_PAGE);
    mallopt(M_TRIM_THRESHOLD, (int)room * 2);
    char *begin = malloc((size_t)room);
    if (begin != NULL) {
        uintptr_t first = ((uintptr_t)begin + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
        uintptr_t end = ((uintptr_t)begin + (size_t)room) / LARGE_PAGE * LARGE_PAGE;
        if (first < end) (void)madvise((void *)first, end - first, MADV_HUGEPAGE); /* where not, pages are small */
        free(begin);
    }
#endif
    return Py_NewRef(Py_None);
}

/* ---- the module ---- */

static PyType_Slot made_slots[] = {
    {Py_tp_doc, "made(pack, roots): number, content and delta of entries and of all that are deltas of them."},
    {Py_tp_new, make_made},
    {Py_tp_dealloc, free_made},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, next_made},
    {0, NULL},
};
static PyType_Spec made_spec = {"irkit.scan.objects._families.made", sizeof(Made), 0, Py_TPFLAGS_DEFAULT, made_slots};

static PyMethodDef methods[] = {
    {"touched_by", touched_by, METH_VARARGS, "touched_by(body, delta): touched(body, changes(delta)), None if broken."},
    {"texts", texts, METH_VARARGS, "texts(made, bases, known, small_change): numbers and texts, half a megabyte to look at."},
    {"tally", tally, METH_VARARGS, "tally(numbers, texts, kinds, partly): their size, and how many of a kind."},
    {"keep_freed", keep_freed, METH_O, "keep_freed(most): freed memory is kept, up to so many bytes."},
    {"large_pages", large_pages, METH_O, "large_pages(room): so many bytes of the heap come in large pages."},
    {"names_in", names_in, METH_VARARGS, "names_in(made, known, plain): count and size of trees, and their different names."},
    {NULL, NULL, 0, NULL},
};

static int fill_module(PyObject *module) {
    PyTypeObject **type = PyModule_GetState(module);
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &made_spec, NULL);
    if (*type == NULL || PyModule_AddObjectRef(module, "made", (PyObject *)*type) < 0) return -1;
    return PyModule_AddStringConstant(module, "SOURCE", SOURCE_HASH);
}

static int visit_module(PyObject *module, visitproc visit, void *arg) {
    Py_VISIT(*(PyTypeObject **)PyModule_GetState(module));
    return 0;
}

static int clear_module(PyObject *module) {
    Py_CLEAR(*(PyTypeObject **)PyModule_GetState(module));
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill_module}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_families", NULL, sizeof(PyTypeObject *), methods, slots, visit_module, clear_module, NULL,
};

PyMODINIT_FUNC PyInit__families(void) {
    return PyModuleDef_Init(&definition);
}
