/* The commits of a history in columns, for _commits.c; see packed_graph.py. What stands in them is checked once, in
   `open_graph`: they may come from a file. */

#ifndef IRKIT_COMMITS_GRAPH_H
#define IRKIT_COMMITS_GRAPH_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ID 20

/* The parents of commit n are parents[first[n]] to before parents[first[n + 1]]. */
typedef struct {
    const uint32_t *first, *parents;
    size_t count;
} Graph;

/* -1 with ValueError set. */
static int unfit(void) {
    PyErr_SetString(PyExc_ValueError, "the columns of the commits do not fit each other");
    return -1;
}

/* Some numbers of 4 bytes; NULL with an error set. */
static const uint32_t *numbers_in(const Py_buffer *buffer, size_t *count) {
    *count = (size_t)buffer->len / 4;
    if (buffer->len % 4 || (uintptr_t)buffer->buf % 4) return unfit(), NULL;
    return buffer->buf;
}

static int open_graph(Graph *graph, const Py_buffer *first, const Py_buffer *parents) {
    size_t begins, links;
    graph->first = numbers_in(first, &begins);
    graph->parents = numbers_in(parents, &links);
    if (graph->first == NULL || graph->parents == NULL) return -1;
    if (!begins || graph->first[0] || graph->first[begins - 1] != links) return unfit();
    graph->count = begins - 1;
    for (size_t each = 0; each < graph->count; each++)
        if (graph->first[each] > graph->first[each + 1]) return unfit();
    for (size_t each = 0; each < links; each++)
        if (graph->parents[each] >= graph->count) return unfit();
    return 0;
}

/* Numbers of commits, each below the count; NULL with an error set. */
static const uint32_t *commits_in(const Py_buffer *buffer, const Graph *graph, size_t *count) {
    const uint32_t *numbers = numbers_in(buffer, count);
    for (size_t each = 0; numbers != NULL && each < *count; each++)
        if (numbers[each] >= graph->count) return unfit(), NULL;
    return numbers;
}

/* ---- the number of an id ---- */

static size_t slot_of(const unsigned char *id, size_t mask) {
    uint64_t word;
    memcpy(&word, id + 4, sizeof word);
    return (size_t)word & mask;
}

/* Fills a table of slots, a power of two: the number of an id plus 1, or 0; of equal ids the first. */
static void fill_table(uint32_t *slots, size_t mask, const unsigned char *ids, size_t count) {
    for (size_t each = 0; each < count; each++) {
        size_t slot = slot_of(ids + each * ID, mask);
        while (slots[slot] && memcmp(ids + (size_t)(slots[slot] - 1) * ID, ids + each * ID, ID) != 0)
            slot = (slot + 1) & mask;
        if (!slots[slot]) slots[slot] = (uint32_t)each + 1;
    }
}

static size_t table_room(size_t count) {
    size_t room = 16;
    while (room < count * 2) room *= 2;
    return room;
}

/* The number of an id, or `count`. A table that comes from elsewhere may be full: no slot is looked at twice. */
static size_t find_id(const uint32_t *slots, size_t room, const unsigned char *ids, size_t count,
                      const unsigned char *id) {
    size_t slot = slot_of(id, room - 1);
    for (size_t tries = 0; tries < room && slots[slot]; tries++, slot = (slot + 1) & (room - 1))
        if (slots[slot] <= count && memcmp(ids + (size_t)(slots[slot] - 1) * ID, id, ID) == 0) return slots[slot] - 1;
    return count;
}

/* Reads an id in hex; 0 where it is none. */
static int read_hex(const char *digits, Py_ssize_t size, unsigned char id[ID]) {
    if (size != 2 * ID) return 0;
    for (int each = 0; each < 2 * ID; each++) {
        unsigned digit = (unsigned char)digits[each];
        unsigned value = digit - '0' < 10 ? digit - '0' : digit - 'a' < 6 ? digit - 'a' + 10 : 16;
        if (value > 15) return 0;
        id[each / 2] = (unsigned char)(each % 2 ? id[each / 2] | value : value << 4);
    }
    return 1;
}

/* ---- in the order of git ---- */

/* A commit that waits to be listed: the newest first, of one time the one that waits longest. */
typedef struct {
    uint64_t time;
    uint32_t turn, number;
} Waiting;

static int is_before(const Waiting *one, const Waiting *other) {
    return one->time != other->time ? one->time > other->time : one->turn < other->turn;
}

static void push(Waiting *heap, size_t *size, Waiting one) {
    size_t at = (*size)++;
    for (; at && is_before(&one, &heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = one;
}

static Waiting pop(Waiting *heap, size_t *size) {
    Waiting top = heap[0], last = heap[--*size];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < *size; at = child) {
        if (child + 1 < *size && is_before(&heap[child + 1], &heap[child])) child++;
        if (!is_before(&heap[child], &last)) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

/* Writes the numbers of all commits that the starts lead to; how many. `heap` and `seen` have room for all. */
static size_t list_all(const Graph *graph, const unsigned char *times, const uint32_t *starts, size_t count,
                       uint32_t *listed, Waiting *heap, unsigned char *seen) {
    size_t waiting = 0, done = 0;
    uint32_t turn = 0;
    const uint32_t *from = starts, *end = starts + count;
    for (;;) {
        for (; from < end; from++) {
            if (seen[*from]) continue;
            seen[*from] = 1;
            uint64_t time;
            memcpy(&time, times + (size_t)*from * 8, sizeof time);
            push(heap, &waiting, (Waiting){time, turn++, *from});
        }
        if (!waiting) return done;
        uint32_t number = pop(heap, &waiting).number;
        listed[done++] = number;
        from = graph->parents + graph->first[number], end = graph->parents + graph->first[number + 1];
    }
}

/* Writes all numbers so that no parent stands before a child of it, otherwise as they are; how many were written. */
static size_t put_children_first(const Graph *graph, uint32_t *waits_for, uint32_t *order) {
    size_t written = 0;
    for (size_t each = 0; each < graph->first[graph->count]; each++) waits_for[graph->parents[each]]++;
    for (size_t each = 0; each < graph->count; each++)
        if (!waits_for[each]) order[written++] = (uint32_t)each;
    for (size_t each = 0; each < written; each++)
        for (uint32_t at = graph->first[order[each]]; at < graph->first[order[each] + 1]; at++)
            if (!--waits_for[graph->parents[at]]) order[written++] = graph->parents[at];
    return written;
}

#endif
