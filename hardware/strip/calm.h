// The limit that keeps people safe: no sequence of pictures can make the strip, or any part of it, flash.
//
// Each channel of each LED shows a value y and keeps a centre c with |y - c| <= PLAY. A picture may move y freely
// within that play; beyond it the centre must be dragged along, and the centre moves no faster than one unit in
// UNIT_TICKS (green: in three times as long). PROTOCOL.md section 3 shows that this allows less than one flash
// (WCAG 2.3.1: 10 % up and 10 % down) a second, for one LED and for any group of LEDs.
// Saturated red is not lit either, but for a trace: R <= 3 (G + B + 1) always holds.
#pragma once
#include <stdint.h>
#include "clock.h"
#include "power.h"

#define PLAY_RB 7
#define PLAY_G 5
#define UNIT_TICKS (288 / FLASHES)  // 18.432 ms for one unit of red and blue
#define SAVED_MOST 9                // units that can be saved for the next picture: no step is larger than 2 x 7 + 9
#define REST_TICKS TICKS_PER_MS(1000)

static uint8_t pixels[3 * LEDS];   // G R B, as the strip wants them; always within the limits below
static uint8_t centres[2 * LEDS];  // c - y + 8 in four bits each: G and R, then B

static uint16_t allowance_ticks;  // ticks not yet turned into units
static uint8_t allowance_units;   // units saved since the last picture began
static uint8_t green_phase;
static uint16_t rest_ticks;  // no allowance grows while this runs out

static uint8_t reach_rb, reach_g;      // PLAY plus what this picture may drag
static uint8_t *pixel_at, *centre_at;  // the LED that comes next
static uint16_t held;                  // LEDs of this picture that do not show what was asked

static void calm_begin() {
  for (uint16_t i = 0; i < sizeof centres; i += 2) {
    centres[i] = (PLAY_G + 8) | (PLAY_RB + 8) << 4;
    centres[i + 1] = PLAY_RB + 8;
  }
  rest_ticks = REST_TICKS;  // a reset turns the strip dark at once: nor may resets be used to flash
}

static void calm_advance(uint16_t ticks) {
  if (rest_ticks > ticks) {
    rest_ticks -= ticks;
    return;
  }
  allowance_ticks += ticks - rest_ticks;
  rest_ticks = 0;
  while (allowance_ticks >= UNIT_TICKS) {
    allowance_ticks -= UNIT_TICKS;
    if (allowance_units < SAVED_MOST) allowance_units++;
  }
}

static void picture_rewind() {
  pixel_at = pixels;
  centre_at = centres;
}

// Opens a picture: spends the saved allowance, starts at the first LED. Nothing is asked or held yet.
static void picture_begin(uint8_t picture_scale) {
  scale = picture_scale;
  calm_advance(clock_advance());
  green_phase += allowance_units;
  uint8_t green_units = green_phase / 3;
  green_phase -= 3 * green_units;
  reach_rb = PLAY_RB + allowance_units;
  reach_g = PLAY_G + green_units;
  allowance_units = 0;
  held = 0;
  asked = 0;
  picture_rewind();
}

// The value nearest to x from which the centre need not be dragged further than reach - play. Moves the centre.
// c stays within play .. 255 - play, so nothing here can overflow.
static inline __attribute__((always_inline)) uint8_t approach(uint8_t x, uint8_t &c, uint8_t play, uint8_t reach) {
  if (x >= c) {
    uint8_t up = x - c;
    if (up > reach) {
      up = reach;
      x = c + reach;
    }
    if (up > play) c = x - play;
  } else {
    uint8_t down = c - x;
    if (down > reach) {
      down = reach;
      x = c - reach;
    }
    if (down > play) c = x + play;
  }
  return x;
}

// The most red that may stand beside this green and blue.
static inline __attribute__((always_inline)) uint8_t most_red(uint8_t g, uint8_t b) {
  uint16_t sum = g + b;
  return sum >= 84 ? 255 : 3 * (uint8_t)(sum + 1);
}

// The green that makes this red unsaturated, if there is less: ceil(r / 3) - 1 - b.
static inline __attribute__((always_inline)) uint8_t enough_green(uint8_t r, uint8_t g, uint8_t b) {
  return r > most_red(g, b) ? (uint8_t)((r + 2) * 171U >> 9) - 1 - b : g;
}

struct Led {
  uint8_t g, r, b;        // what it shows
  uint8_t c_g, c_r, c_b;  // the centres
};

static inline __attribute__((always_inline)) Led led_load() {
  Led led;
  led.g = pixel_at[0];
  led.r = pixel_at[1];
  led.b = pixel_at[2];
  led.c_g = led.g + (centre_at[0] & 15) - 8;
  led.c_r = led.r + (centre_at[0] >> 4) - 8;
  led.c_b = led.b + centre_at[1] - 8;
  return led;
}

static inline __attribute__((always_inline)) void led_store(const Led &led) {
  pixel_at[0] = led.g;
  pixel_at[1] = led.r;
  pixel_at[2] = led.b;
  centre_at[0] = (uint8_t)(led.c_g - led.g + 8) | (uint8_t)(led.c_r - led.r + 8) << 4;
  centre_at[1] = led.c_b - led.b + 8;
}

static inline __attribute__((always_inline)) void led_next() {
  pixel_at += 3;
  centre_at += 2;
}

static inline uint16_t channel_sum(uint8_t r, uint8_t g, uint8_t b) { return (uint16_t)r + g + b; }

// Lights the next LED as near to (r, g, b) as the cap and the limit allow.
static inline __attribute__((always_inline)) void place(uint8_t r, uint8_t g, uint8_t b) {
  if (r > most_red(g, b)) {
    g = enough_green(r, g, b);
    held++;  // and once more below if the limit acts too; light_held() caps the sum
  }
  asked += channel_sum(r, g, b);
  if (scale != 255) {
    r = scaled(r);
    g = scaled(g);
    b = scaled(b);
    uint8_t most = most_red(g, b);
    if (r > most) r = most;
  }
  const Led was = led_load();
  Led led = was;
  led.g = approach(g, led.c_g, PLAY_G, reach_g);
  led.b = approach(b, led.c_b, PLAY_RB, reach_rb);
  uint8_t most = most_red(led.g, led.b);
  led.r = approach(r < most ? r : most, led.c_r, PLAY_RB, reach_rb);
  if (led.r > most) {  // red may not fall that fast, so green and blue wait for it
    led.c_g = was.c_g;
    led.c_b = was.c_b;
    led.g = approach(led.g > was.g ? led.g : was.g, led.c_g, PLAY_G, reach_g);
    led.b = approach(led.b > was.b ? led.b : was.b, led.c_b, PLAY_RB, reach_rb);
  }
  bool allowed = power_allows(channel_sum(led.r, led.g, led.b) - channel_sum(was.r, was.g, was.b));
  if (allowed) led_store(led);
  if (!allowed || led.r != r || led.g != g || led.b != b) held++;
  led_next();
}

static void place_dark() { place(0, 0, 0); }

// Brings the light on the strip under a cap that was lowered. The only thing that dims at once; afterwards nothing
// may grow for a second, so that this cannot be used to flash either.
static void calm_shrink() {
  scale = power_scale(lit);
  if (scale == 255) return;
  picture_rewind();
  lit = 0;
  for (uint16_t i = 0; i < LEDS; i++) {
    Led led = led_load();
    led.g = approach(scaled(led.g), led.c_g, PLAY_G, 255);
    led.b = approach(scaled(led.b), led.c_b, PLAY_RB, 255);
    uint8_t r = scaled(led.r), most = most_red(led.g, led.b);
    led.r = approach(r < most ? r : most, led.c_r, PLAY_RB, 255);
    lit += channel_sum(led.r, led.g, led.b);
    led_store(led);
    led_next();
  }
  allowance_units = 0;
  rest_ticks = REST_TICKS;
}
