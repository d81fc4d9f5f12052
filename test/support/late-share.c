/*
 * A network share as another machine sees it, for what lies below LATE_ROOT: loaded before the C library (LD_PRELOAD), each process
 * for itself. The names in a folder are as they were up to `late` milliseconds ago. Of those renames and links that succeed, every second
 * one is answered as if its request had been sent twice: ENOENT, and EEXIST; a file that came to a TempBox by such a rename is not seen
 * there for up to `hidden` milliseconds. `log` (steered.h) tells of each.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include "steered.h"

#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

struct names { char *folder; long until; size_t count; struct dirent64 **all; struct names *next; };
struct reading { DIR *dir; struct names *names; size_t at; struct reading *next; };
struct unseen { char *path; long until; struct unseen *next; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct reading *readings;
static struct names *known;
static struct unseen *unseen;
static unsigned renames, links, seed;

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static long up_to(unsigned long most) {
  if (seed == 0) seed = getpid();
  return most == 0 ? 0 : (long)(rand_r(&seed) % most);
}

static int on_share(const char *name) {
  const char *root = getenv("LATE_ROOT");
  return root && name && strncmp(name, root, strlen(root)) == 0;
}

/* What a folder is said to hold; those of before stay in memory, since somebody may be reading them. */
static struct names *names_of(const char *folder) {
  struct names *found = known;
  while (found && strcmp(found->folder, folder) != 0) found = found->next;
  if (found && now() < found->until) return found;
  struct dirent64 **all = NULL;
  int count = REAL(int, scandir64, const char *, struct dirent64 ***, void *, void *)(folder, &all, NULL, NULL);
  if (count < 0) return NULL;
  found = malloc(sizeof *found);
  *found = (struct names){ strdup(folder), now() + up_to(number("late", 0)), (size_t)count, all, known };
  known = found;
  return found;
}

int scandir64(const char *folder, struct dirent64 ***list, int (*wanted)(const struct dirent64 *),
              int (*order)(const struct dirent64 **, const struct dirent64 **)) {
  if (!on_share(folder))
    return REAL(int, scandir64, const char *, struct dirent64 ***, void *, void *)(folder, list, wanted, order);
  pthread_mutex_lock(&lock);
  struct names *names = names_of(folder);
  int count = 0, error = errno;
  if (names) {
    *list = malloc((names->count + 1) * sizeof **list);
    for (size_t at = 0; at < names->count; at++) {
      if (wanted && !wanted(names->all[at])) continue;
      (*list)[count] = malloc(sizeof(struct dirent64));
      memcpy((*list)[count++], names->all[at], names->all[at]->d_reclen);
    }
    if (order) qsort(*list, (size_t)count, sizeof **list, (int (*)(const void *, const void *))(void *)order);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return names ? count : -1;
}

DIR *opendir(const char *folder) {
  DIR *dir = REAL(DIR *, opendir, const char *)(folder);
  if (!dir || !on_share(folder)) return dir;
  pthread_mutex_lock(&lock);
  struct names *names = names_of(folder);
  if (names) {
    struct reading *reading = malloc(sizeof *reading);
    *reading = (struct reading){ dir, names, 0, readings };
    readings = reading;
  }
  pthread_mutex_unlock(&lock);
  return dir;
}

struct dirent64 *readdir64(DIR *dir) {
  pthread_mutex_lock(&lock);
  struct reading *reading = readings;
  while (reading && reading->dir != dir) reading = reading->next;
  struct dirent64 *entry = NULL;
  if (reading && reading->at < reading->names->count) entry = reading->names->all[reading->at++];
  pthread_mutex_unlock(&lock);
  return reading ? entry : REAL(struct dirent64 *, readdir64, DIR *)(dir);
}

int closedir(DIR *dir) {
  pthread_mutex_lock(&lock);
  for (struct reading **place = &readings; *place; place = &(*place)->next) {
    if ((*place)->dir != dir) continue;
    struct reading *gone = *place;
    *place = gone->next;
    free(gone);
    break;
  }
  pthread_mutex_unlock(&lock);
  return REAL(int, closedir, DIR *)(dir);
}

static int is_unseen(const char *name) {
  if (!on_share(name)) return 0;
  pthread_mutex_lock(&lock);
  int found = 0;
  for (struct unseen *one = unseen; one && !found; one = one->next) found = now() < one->until && strcmp(one->path, name) == 0;
  pthread_mutex_unlock(&lock);
  return found;
}

static int lie(const char *what, int error) {
  say(what);
  pthread_mutex_unlock(&lock);
  errno = error;
  return -1;
}

int rename(const char *from, const char *to) {
  int result = REAL(int, rename, const char *, const char *)(from, to);
  if (result != 0 || !on_share(from)) return result;
  pthread_mutex_lock(&lock);
  if (renames++ % 2 != 0) {
    pthread_mutex_unlock(&lock);
    return 0;
  }
  long time = strstr(to, "/TempBox/") ? up_to(number("hidden", 0)) : 0;
  if (time > 0) {
    struct unseen *one = malloc(sizeof *one);
    *one = (struct unseen){ strdup(to), now() + time, unseen };
    unseen = one;
  }
  return lie(time > 0 ? "rename, not seen" : "rename", ENOENT);
}

int link(const char *from, const char *to) {
  int result = REAL(int, link, const char *, const char *)(from, to);
  if (result != 0 || !on_share(from)) return result;
  pthread_mutex_lock(&lock);
  if (links++ % 2 == 0) return lie("link", EEXIST);
  pthread_mutex_unlock(&lock);
  return 0;
}

int open64(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if (is_unseen(name)) {
    errno = ENOENT;
    return -1;
  }
  return REAL(int, open64, const char *, int, ...)(name, flags, mode);
}

/* Node asks for a file's facts by statx(2). */
long syscall(long call, ...) {
  long rest[6];
  va_list list;
  va_start(list, call);
  for (int at = 0; at < 6; at++) rest[at] = va_arg(list, long);
  va_end(list);
  if (call == SYS_statx && is_unseen((const char *)rest[1])) {
    errno = ENOENT;
    return -1;
  }
  return REAL(long, syscall, long, ...)(call, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]);
}
