/* A stand-in for NVIDIA's management library that answers from a text file of `key value` lines.
 *
 * The file is named by UNDERFOOT_FAKE_NVML and read again at every call, so that a test changes the world while a
 * meter runs. A key with the suffix .N goes for card N, without it for all. Energy is a function of the monotonic
 * clock, the same in every process: energy_base_mj + power_mw * (now - since_ns), in steps of step_ms if that is set.
 * Names and layouts follow nvidia-ml-py on 64-bit Linux. Build: see fake_nvml.py. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { unsigned field, scope; int64_t stamp, latency; unsigned type; int ret; uint64_t value; } Field;
typedef struct { unsigned long long stamp; uint64_t value; } Sample;
typedef struct { unsigned gpu, memory; } Use;
typedef struct { unsigned long long total, free, used; } Memory;

static int started = 0;
static char text[16384];

static const char *find(const char *key) {
    char wanted[96];
    size_t length = (size_t)snprintf(wanted, sizeof wanted, "\n%s ", key);
    const char *hit = strstr(text, wanted);
    return hit ? hit + length : NULL;
}

static void load(void) {
    const char *path = getenv("UNDERFOOT_FAKE_NVML");
    FILE *file = path ? fopen(path, "r") : NULL;
    size_t read = 0;
    text[0] = '\n';
    if (file) { read = fread(text + 1, 1, sizeof text - 2, file); fclose(file); }
    text[read + 1] = 0;
}

static const char *lookup(const char *key, int card) {
    char own[80];
    snprintf(own, sizeof own, "%s.%d", key, card);
    const char *hit = find(own);
    return hit ? hit : find(key);
}

static long long number(const char *key, int card, long long otherwise) {
    const char *hit = lookup(key, card);
    return hit ? atoll(hit) : otherwise;
}

static void words(const char *key, int card, const char *otherwise, char *out, unsigned room) {
    const char *hit = lookup(key, card);
    size_t length = hit ? strcspn(hit, "\n") : strlen(otherwise);
    if (length >= room) length = room - 1;
    memcpy(out, hit ? hit : otherwise, length);
    out[length] = 0;
}

/* Every call begins here: a hang lasts until the file says otherwise; then the call's own return code. */
static int enter(const char *ret, int card) {
    load();
    while (number("hang", card, 0)) {
        struct timespec pause = {0, 20000000};
        nanosleep(&pause, NULL);
        load();
    }
    if (!started) return 1;
    int all = (int)number("ret_all", card, 0);
    return all ? all : ret ? (int)number(ret, card, 0) : 0;
}

static int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t energy_mj(int card) {
    const char *fixed = lookup("energy_mj", card);
    if (fixed) return strtoull(fixed, NULL, 10);
    int64_t now = clock_ns(), step = number("step_ms", card, 0) * 1000000;
    if (step > 0) now -= now % step;
    double power = (double)number("counter_mw", card, number("power_mw", card, 0));
    double grown = power * (double)(now - number("since_ns", card, now)) / 1e9;
    return (uint64_t)((double)number("energy_base_mj", card, 0) + (grown > 0 ? grown : 0));
}

static int card_of(void *handle) { return (int)(intptr_t)handle - 1; }

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    load();
    int ret = (int)number("ret_init", 0, 0);
    if (!ret) started++;
    return ret;
}
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { if (!started) return 1; started--; return 0; }
const char *nvmlErrorString(int code) { (void)code; return "a code the binding has no words for"; }

#define TEXT(name, key, otherwise) \
    int name(char *out, unsigned room) { int r = enter(NULL, 0); if (!r) words(key, 0, otherwise, out, room); return r; }
TEXT(nvmlSystemGetDriverVersion, "driver", "550.54.15")
TEXT(nvmlSystemGetNVMLVersion, "nvml_version", "12.550.54.15")

int nvmlSystemGetCudaDriverVersion(int *out) { int r = enter(NULL, 0); *out = 13000; return r; }
int nvmlSystemGetCudaDriverVersion_v2(int *out) { return nvmlSystemGetCudaDriverVersion(out); }

int nvmlDeviceGetCount_v2(unsigned *out) {
    int r = enter("ret_count", 0);
    *out = (unsigned)number("count", 0, 1);
    return r;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **out) {
    int r = enter("ret_handle", (int)index);
    if (!r && index >= number("count", 0, 1)) r = 2;
    *out = (void *)(intptr_t)(index + 1);
    return r;
}
static void uuid_of(int card, char *out, unsigned room) {
    char otherwise[64];
    snprintf(otherwise, sizeof otherwise, "GPU-00000000-0000-0000-0000-%012d", card);
    words("uuid", card, otherwise, out, room);
}
#ifndef WITHOUT_UUID
int nvmlDeviceGetHandleByUUID(const char *uuid, void **out) {
    int r = enter("ret_handle", 0);
    for (int card = 0; !r && card < number("count", 0, 1); card++) {
        char own[96];
        uuid_of(card, own, sizeof own);
        if (!strcmp(own, uuid)) { *out = (void *)(intptr_t)(card + 1); return 0; }
    }
    if (!r && number("mig", 0, 0) && !strncmp(uuid, "MIG-", 4)) { *out = (void *)(intptr_t)(100 + 1); return 0; }
    return r ? r : 6;
}
#endif
/* A MIG part is card 100; it is a part of card 0. */
int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(void *h, void **out) {
    int r = enter(NULL, 0);
    if (!r && card_of(h) != 100) r = 2;
    if (!r) *out = (void *)(intptr_t)(0 + 1);
    return r;
}
int nvmlDeviceGetMigMode(void *h, unsigned *current, unsigned *pending) {
    int r = enter(NULL, card_of(h));
    if (!r && !lookup("mig", card_of(h))) r = 3;
    *current = *pending = (unsigned)number("mig", card_of(h), 0);
    return r;
}
int nvmlDeviceGetVirtualizationMode(void *h, unsigned long long *out) {
    int r = enter(NULL, card_of(h));
    *out = (unsigned long long)number("virtualization", card_of(h), 0);
    return r;
}
int nvmlDeviceGetC2cModeInfoV(void *h, unsigned *out) {
    int r = enter(NULL, card_of(h));
    if (!r && !lookup("c2c", card_of(h))) r = 3;
    *out = (unsigned)number("c2c", card_of(h), 0);
    return r;
}
int nvmlDeviceGetName(void *h, char *out, unsigned room) {
    int r = enter("ret_name", card_of(h));
    if (!r) words("name", card_of(h), "NVIDIA H100 80GB HBM3", out, room);
    return r;
}
int nvmlDeviceGetUUID(void *h, char *out, unsigned room) {
    int r = enter(NULL, card_of(h));
    if (!r) uuid_of(card_of(h), out, room);
    return r;
}

#define NUMBER(name, ret, key, otherwise) \
    int name(void *h, unsigned *out) { int r = enter(ret, card_of(h)); *out = (unsigned)number(key, card_of(h), otherwise); return r; }
NUMBER(nvmlDeviceGetArchitecture, "ret_arch", "arch", 9)
NUMBER(nvmlDeviceGetPowerUsage, "ret_power", "power_mw", 75000)
NUMBER(nvmlDeviceGetEnforcedPowerLimit, "ret_limit", "limit_mw", 700000)
NUMBER(nvmlDeviceGetPowerManagementLimit, "ret_limit", "limit_mw", 700000)
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, "ret_limit", "limit_mw", 700000)
NUMBER(nvmlDeviceGetComputeMode, NULL, "compute_mode", 0)
NUMBER(nvmlDeviceGetIndex, NULL, "index", 0)

int nvmlDeviceGetTotalEnergyConsumption(void *h, unsigned long long *out) {
    int r = enter("ret_energy", card_of(h));
    *out = energy_mj(card_of(h));
    return r;
}
int nvmlDeviceGetPowerManagementLimitConstraints(void *h, unsigned *low, unsigned *high) {
    int r = enter("ret_limit", card_of(h));
    *low = 100000;
    *high = (unsigned)number("limit_mw", card_of(h), 700000);
    return r;
}
int nvmlDeviceGetTemperature(void *h, int sensor, unsigned *out) {
    int r = enter(NULL, card_of(h));
    (void)sensor;
    *out = (unsigned)number("temp", card_of(h), 40);
    return r;
}
int nvmlDeviceGetUtilizationRates(void *h, Use *out) {
    int r = enter(NULL, card_of(h));
    out->gpu = (unsigned)number("util", card_of(h), 0);
    out->memory = 0;
    return r;
}
int nvmlDeviceGetMemoryInfo(void *h, Memory *out) {
    int r = enter(NULL, card_of(h));
    out->total = 85899345920ULL; out->used = 1073741824ULL; out->free = out->total - out->used;
    return r;
}
static int no_processes(void *h, unsigned *count) { int r = enter(NULL, card_of(h)); *count = 0; return r; }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *n, void *out) { (void)out; return no_processes(h, n); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *h, unsigned *n, void *out) { (void)out; return no_processes(h, n); }

#ifndef WITHOUT_FIELDS
int nvmlDeviceGetFieldValues(void *h, int n, Field *fields) {
    int card = card_of(h), r = enter("ret_fields", card);
    for (int i = 0; i < n && !r; i++) {
        Field *f = &fields[i];
        char key[32];
        snprintf(key, sizeof key, "ret_f%u", f->field);
        f->ret = (int)number(key, card, 0);
        f->type = 1;
        f->stamp = (int64_t)time(NULL) * 1000000;
        if (f->field == 83) { f->type = 3; f->value = f->ret ? 400000 : energy_mj(card); }
        else if (f->field == 185) f->value = (uint64_t)number("power_avg_mw", card, number("power_mw", card, 75000));
        else if (f->field == 186 && f->scope == 1) {
            f->ret = lookup("module_mw", card) ? f->ret : 3;
            f->value = f->ret ? 400000 : (uint64_t)number("module_mw", card, 0);
        }
        else if (f->field == 186) f->value = f->ret ? 400000 : (uint64_t)number("power_mw", card, 75000);
        else { f->ret = 3; f->value = 400000; }
    }
    return r;
}
#endif

int nvmlDeviceGetSamples(void *h, int type, unsigned long long since, unsigned *value_type, unsigned *n, Sample *out) {
    int card = card_of(h), r = enter("ret_samples", card);
    if (r) return r;
    if (type != 0) return 3;
    unsigned long long now = (unsigned long long)time(NULL) * 1000000;
    if (now <= since) return 6;
    *value_type = 1;
    if (out) { out[0].stamp = now; out[0].value = (uint64_t)number("power_mw", card, 75000); }
    *n = 1;
    return 0;
}
