// What is on the strip and why: a host's picture, a fade a host asked for, or, with no host, the board's own light.
// Everything goes through place(), so under the cap and the calm limit.
#pragma once
#include <stdint.h>
#include "calm.h"
#include "clock.h"
#include "protocol.h"
#include "ws2812.h"

#define STEP_TICKS TICKS_PER_MS(20)
#define GLOW_AFTER TICKS_PER_MS(1000)  // a host that is there at switch-on has spoken by then

enum Mode : uint8_t { WAITING, HELD, FADING, ALONE };

static Mode mode = WAITING;
static bool linked = false;   // a host spoke less than the hold time ago; latched, so a wrapping clock cannot revive it
static uint32_t spoke_at;     // when it did
static bool glow = true;      // what to show alone: the dim light, or black
static uint32_t step_at;      // when the last step of a fade was taken
static uint8_t fade_r, fade_g, fade_b;
static uint16_t fade_steps = 1;  // still to go; 1 = be there now
static uint16_t fade_share;   // 65536 / steps
static uint16_t fade_phase;
static uint8_t wanted_scale = 255;  // what the cap keeps of the last picture asked for

static void light_show() { ws2812_show(pixels, sizeof pixels); }

static void light_begin() { picture_begin(wanted_scale); }

// The picture is whole and was checked: on to the strip. What it asked for sets the scale of the next one.
static void light_picture() {
  mode = HELD;
  wanted_scale = power_scale(asked);
  light_show();
}

// Share of LEDs that do not show what was asked: 0 = none, 255 = all.
static uint8_t light_held() {
  if (mode == FADING || held >= LEDS) return 255;
  return ((uint32_t)held * 255 + LEDS - 1) / LEDS;
}

static void light_fade_to(uint8_t r, uint8_t g, uint8_t b, uint16_t ms) {
  g = enough_green(r, g, b);
  wanted_scale = scale = power_scale((__uint24)channel_sum(r, g, b) * LEDS);
  fade_r = scale == 255 ? r : scaled(r);
  fade_g = scale == 255 ? g : scaled(g);
  fade_b = scale == 255 ? b : scaled(b);
  fade_steps = ms / 20 + 1;
  mode = FADING;
}

static void light_host_spoke() {
  linked = true;
  spoke_at = now;
  glow = false;
  if (mode != FADING) mode = HELD;
}

static void light_button_down() {
  if (linked) return;
  glow = !glow;
  mode = ALONE;
}

// One step of the way from here to there: way / steps, in the mean over the steps, because the part below one unit
// is rounded by a phase that differs from step to step.
static uint8_t toward(uint8_t from, uint8_t to) {
  uint8_t way = to > from ? to - from : from - to;
  uint8_t part = ((uint32_t)way * fade_share + fade_phase) >> 16;
  return to > from ? from + part : from - part;
}

// Down by a sixteenth and one, up by one.
static uint8_t drift(uint8_t from, uint8_t to) {
  if (from < to) return from + 1;
  uint8_t less = from - (from >> 4) - (from > 0);
  return less > to ? less : to;
}

static void place_alone() {
  uint8_t g = drift(pixel_at[0], glow ? GLOW_G : 0);
  uint8_t r = drift(pixel_at[1], glow ? GLOW_R : 0);
  uint8_t b = drift(pixel_at[2], glow ? GLOW_B : 0);
  uint8_t most = most_red(g, b);
  place(r < most ? r : most, g, b);
}

static void place_fading() {
  place(toward(pixel_at[1], fade_r), toward(pixel_at[0], fade_g), toward(pixel_at[2], fade_b));
}

// One step of a fade. Shows only what changed.
static void light_step() {
  bool moved = false;
  fade_share = 0xFFFF / fade_steps;
  fade_phase = fade_steps > 1 ? fade_phase + 40503U : 0xFFFF;  // golden ratio: evenly spread
  picture_begin(255);
  for (uint16_t i = 0; i < LEDS; i++) {
    const uint8_t *led = pixel_at;
    uint8_t g = led[0], r = led[1], b = led[2];
    if (mode == ALONE) place_alone();
    else place_fading();
    moved |= led[0] != g || led[1] != r || led[2] != b;
  }
  if (moved) light_show();
  if (mode != FADING) return;
  if (fade_steps > 1) fade_steps--;
  else if (!held) mode = HELD;
}

static void light_run() {
  if (linked && now - spoke_at > hold_ticks) {
    linked = false;
    mode = ALONE;
  }
  if (mode == WAITING && now - (uint32_t)TICKS_START > GLOW_AFTER) mode = ALONE;
  if ((mode == ALONE || mode == FADING) && now - step_at >= STEP_TICKS) {
    step_at = now;
    light_step();
  }
}
