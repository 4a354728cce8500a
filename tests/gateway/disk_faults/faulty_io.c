/* A disk that fails, or loses its power, at a chosen moment. Preloaded into the gateway by
 * tests/gateway/disk_faults.rs. It counts the calls that change files below FAULTY_IO_BELOW, and
 *
 *   FAULTY_IO_COUNT=file      writes the count there at exit;
 *   FAULTY_IO_FAIL=n          lets call n fail with errno FAULTY_IO_ERRNO, once;
 *   FAULTY_IO_FAIL_ON=n       lets call n and all after it fail;
 *   FAULTY_IO_FAIL_WHILE=file lets all fail as long as that file is there;
 *   FAULTY_IO_CUT=n           is a power cut before call n: of what was written and not synced,
 *                             only the first FAULTY_IO_KEEP writes are left, and half of the next;
 *                             renames and removals that were not synced are undone, too. Then the
 *                             process is killed.
 *
 * What counts as synced: the data of a file after fsync or fdatasync of it; a new file with its
 * data, as on ext4 and XFS; a rename or removal after fsync of a directory. sync_file_range syncs
 * nothing (man 2 sync_file_range).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum kind { WRITTEN, CREATED, RENAMED, REMOVED };

/* What a change replaced, so that it can be undone. */
struct change {
    enum kind kind;
    char path[512];  /* the file; of a rename or removal, where it was */
    char aside[512]; /* of a rename, where it is; of what was replaced or removed, its copy
                      * beside the folder */
    off_t at, size_before;
    size_t length;
    char *before;
    size_t length_before;
    struct change *next, *previous;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *first, *last;
static long calls;
static const char *below;
static const char *fail_while;
static long fail_at, fail_from, cut_at, keep;
static int fail_errno = EIO;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
    below = getenv("FAULTY_IO_BELOW");
    fail_while = getenv("FAULTY_IO_FAIL_WHILE");
    fail_at = number("FAULTY_IO_FAIL");
    fail_from = number("FAULTY_IO_FAIL_ON");
    cut_at = number("FAULTY_IO_CUT");
    keep = number("FAULTY_IO_KEEP");
    if (getenv("FAULTY_IO_ERRNO")) fail_errno = (int)number("FAULTY_IO_ERRNO");
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULTY_IO_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", calls);
    fclose(file);
}

static int is_ours(const char *path) {
    return below && strncmp(path, below, strlen(below)) == 0;
}

static int path_of(int fd, char path[512]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 511);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static struct change *note(enum kind kind, const char *path) {
    struct change *change = calloc(1, sizeof *change);
    change->kind = kind;
    snprintf(change->path, sizeof change->path, "%s", path);
    change->previous = last;
    if (last) last->next = change; else first = change;
    last = change;
    return change;
}

static void forget(struct change *change) {
    if (change->previous) change->previous->next = change->next; else first = change->next;
    if (change->next) change->next->previous = change->previous; else last = change->previous;
    if (change->aside[0] && change->kind != RENAMED) REAL(unlink)(change->aside);
    free(change->before);
    free(change);
}

/* The file, or the entries of the directory, are safe now. */
static void synced(const char *path, int is_directory) {
    for (struct change *change = first, *next; change; change = next) {
        next = change->next;
        int is_entry = change->kind == RENAMED || change->kind == REMOVED;
        if (is_directory ? is_entry : !is_entry && strcmp(change->path, path) == 0)
            forget(change);
    }
}

static void undo(struct change *change, size_t kept) {
    if (change->kind == CREATED) REAL(unlink)(change->path);
    if (change->kind == RENAMED) REAL(rename)(change->aside, change->path);
    if (change->kind == REMOVED) REAL(rename)(change->aside, change->path);
    if (change->kind != WRITTEN) return;
    int fd = REAL(open)(change->path, O_RDWR);
    if (fd < 0) return;
    if (change->length_before > kept)
        REAL(pwrite)(fd, change->before + kept, change->length_before - kept, change->at + (off_t)kept);
    off_t size = change->size_before;
    if (kept && change->at + (off_t)kept > size) size = change->at + (off_t)kept;
    REAL(ftruncate)(fd, size);
    close(fd);
}

static void power_cut(void) {
    long written = 0, count = 0;
    for (struct change *change = first; change; change = change->next)
        written += change->kind == WRITTEN;
    for (struct change *change = last; change; change = change->previous) {
        int is_write = change->kind == WRITTEN;
        long position = is_write ? written - count++ : 0; /* from 1, oldest first */
        if (is_write && position <= keep) continue;
        if (change->kind == CREATED && keep > 0) continue;
        undo(change, is_write && position == keep + 1 && keep > 0 ? change->length / 2 : 0);
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Counts a call; 0 if it may happen. The lock is held afterwards. */
static int refused(void) {
    pthread_mutex_lock(&lock);
    calls++;
    if (calls == cut_at) power_cut();
    if (calls == fail_at || (fail_from && calls >= fail_from) ||
        (fail_while && access(fail_while, F_OK) == 0)) {
        pthread_mutex_unlock(&lock);
        errno = fail_errno;
        return 1;
    }
    return 0;
}

static void will_write(int fd, const char *path, off_t at, size_t length) {
    if (!cut_at) return;
    struct stat status;
    fstat(fd, &status);
    struct change *change = note(WRITTEN, path);
    change->at = at;
    change->length = length;
    change->size_before = status.st_size;
    int reader = REAL(open)(path, O_RDONLY);
    if (reader < 0) return;
    change->before = malloc(length ? length : 1);
    ssize_t got = pread(reader, change->before, length, at);
    change->length_before = got > 0 ? (size_t)got : 0;
    close(reader);
}

#define GUARDED(result_type, fd, before, call)            \
    char path[512];                                       \
    if (!path_of(fd, path)) return call;                  \
    if (refused()) return -1;                             \
    before;                                               \
    result_type result = call;                            \
    int saved = errno;                                    \
    pthread_mutex_unlock(&lock);                          \
    errno = saved;                                        \
    return result

static off_t where(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return lseek(fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    GUARDED(ssize_t, fd, will_write(fd, path, where(fd), length), REAL(write)(fd, bytes, length));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    GUARDED(ssize_t, fd, will_write(fd, path, where(fd), length), REAL(writev)(fd, parts, count));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    GUARDED(ssize_t, fd, will_write(fd, path, at, length), REAL(pwrite64)(fd, bytes, length, at));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return pwrite64(fd, bytes, length, at);
}

static void will_cut(int fd, const char *path, off_t size) {
    struct stat status;
    if (cut_at && fstat(fd, &status) == 0 && status.st_size > size)
        will_write(fd, path, size, (size_t)(status.st_size - size));
    else
        will_write(fd, path, size, 0);
}

int ftruncate64(int fd, off_t size) {
    GUARDED(int, fd, will_cut(fd, path, size), REAL(ftruncate64)(fd, size));
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int sync_with(int fd, int (*sync)(int)) {
    struct stat status;
    GUARDED(int, fd, (void)0, ({
        int answer = sync(fd);
        if (answer == 0 && fstat(fd, &status) == 0) synced(path, S_ISDIR(status.st_mode));
        answer;
    }));
}

int fsync(int fd) { char path[512]; return path_of(fd, path) ? sync_with(fd, REAL(fsync)) : REAL(fsync)(fd); }
int fdatasync(int fd) { char path[512]; return path_of(fd, path) ? sync_with(fd, REAL(fdatasync)) : REAL(fdatasync)(fd); }

int sync_file_range(int fd, off_t at, off_t length, unsigned flags) {
    GUARDED(int, fd, (void)0, REAL(sync_file_range)(fd, at, length, flags));
}

static int open_with(int directory, const char *path, int flags, mode_t mode) {
    if (!(flags & O_CREAT) || !is_ours(path) || access(path, F_OK) == 0)
        return REAL(openat64)(directory, path, flags, mode);
    if (refused()) return -1;
    int fd = REAL(openat64)(directory, path, flags, mode);
    int saved = errno;
    if (fd >= 0 && cut_at) note(CREATED, path);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return fd;
}

#define MODE(flags)                          \
    mode_t mode = 0;                         \
    if ((flags) & O_CREAT) {                 \
        va_list rest;                        \
        va_start(rest, flags);               \
        mode = va_arg(rest, mode_t);         \
        va_end(rest);                        \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_with(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_with(AT_FDCWD, path, flags, mode); }
int openat(int directory, const char *path, int flags, ...) { MODE(flags) return open_with(directory, path, flags, mode); }
int openat64(int directory, const char *path, int flags, ...) { MODE(flags) return open_with(directory, path, flags, mode); }

int rename(const char *from, const char *to) {
    if (!is_ours(to)) return REAL(rename)(from, to);
    if (refused()) return -1;
    char aside[512] = "";
    if (cut_at && access(to, F_OK) == 0) {
        snprintf(aside, sizeof aside, "%s.aside-%ld", below, calls);
        if (link(to, aside) == 0) snprintf(note(REMOVED, to)->aside, 512, "%s", aside);
    }
    int answer = REAL(rename)(from, to);
    int saved = errno;
    if (answer == 0 && cut_at) snprintf(note(RENAMED, from)->aside, 512, "%s", to);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return answer;
}

int unlink(const char *path) {
    if (!is_ours(path)) return REAL(unlink)(path);
    if (refused()) return -1;
    if (cut_at) {
        char aside[512];
        snprintf(aside, sizeof aside, "%s.aside-%ld", below, calls);
        if (link(path, aside) == 0) snprintf(note(REMOVED, path)->aside, 512, "%s", aside);
    }
    int answer = REAL(unlink)(path);
    int saved = errno;
    pthread_mutex_unlock(&lock);
    errno = saved;
    return answer;
}
