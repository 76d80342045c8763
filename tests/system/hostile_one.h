/* The scene with one hostile peer in it. */
#ifndef TESTS_SYSTEM_HOSTILE_ONE_H
#define TESTS_SYSTEM_HOSTILE_ONE_H

#include "tests/system/hostile_scene.h"

static struct hostile peer;

#endif
