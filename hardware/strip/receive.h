// Reads the three dialects byte by byte and gives their pixels to place(). A frame that is cut, mangled or not
// meant for this strip is dropped; only a whole and checked one reaches light_picture().
#pragma once
#include <stdint.h>
#include "calm.h"
#include "clock.h"
#include "light.h"
#include "protocol.h"
#include "serial.h"

#define SILENCE_TICKS TICKS_PER_MS(50)  // a frame in which nothing comes for so long is forgotten
#define SHORTEST_HOLD_MS 250             // shorter, and pictures would fade between frames
#define MOST_PIXELS 1024                // an Adalight or AWA head that claims more is noise

enum State : uint8_t {
  IDLE,
  DIALECT,
  THIRD,
  COUNT_HI,
  COUNT_LO,
  COUNT_CHECK,
  PIXELS,
  AWA_EXTRA,
  AWA_SUM,
  AK_TYPE,
  AK_SEQ,
  AK_LEN_HI,
  AK_LEN_LO,
  AK_PAYLOAD,
  AK_CRC_HI,
  AK_CRC_LO
};

static State state = IDLE;
static uint16_t byte_at;      // low half of the clock when the last byte was seen
static uint8_t head_seen;     // where the ring's head was then
static uint8_t dialect;       // 'd' Adalight, 'w' AWA, 'k' ours
static uint16_t left;         // pixels (in PIXELS) or bytes still to come
static uint16_t index_led;    // the LED that comes next
static uint16_t crc;
static uint8_t type, seq, check;
static uint8_t count_hi, count_lo;
static bool awa_extra;
static uint8_t sum1, sum2, sum3, position;  // of AWA
static uint8_t payload[5];

static void refuse() {
  bad_frames++;
  state = IDLE;
}

static void refuse_ak(Reason reason) {
  refuse();
  send_answer('N', seq, wanted_scale, reason);
}

static void begin_pixels(uint16_t pixels_to_come) {
  left = pixels_to_come;
  index_led = 0;
  state = PIXELS;
  light_begin();
}

// Adds modulo 255, with 255 standing for 0: what AWA's "% 255" gives, without a division for every byte.
static inline uint8_t sum255(uint8_t a, uint8_t b) {
  uint16_t sum = a + b;
  return (uint8_t)sum + (uint8_t)(sum >> 8);
}

static inline void awa_add(uint8_t byte) {
  sum1 = sum255(sum1, byte);
  sum2 = sum255(sum2, sum1);
  sum3 = sum255(sum3, byte ^ position++);
}

static uint8_t awa_expected(uint8_t sum) { return sum == 255 ? 0 : sum; }

static void finish_unanswered() {
  for (; index_led < LEDS; index_led++) place_dark();  // a picture for a shorter strip
  calm_advance(clock_advance());
  light_host_spoke();
  light_picture();
  state = IDLE;
}

static void receive_count() {
  uint16_t count = (uint16_t)count_hi << 8 | count_lo;
  bool counts_leds = dialect == 'd' && count == LEDS;  // LedFx and LightBerry write N where the book says N - 1
  if (check != (count_hi ^ count_lo ^ 0x55) || count >= MOST_PIXELS) return refuse();
  sum1 = sum2 = sum3 = position = 0;
  begin_pixels(counts_leds ? count : count + 1);
}

static void finish_awa(uint8_t byte) {
  uint8_t expected = awa_expected(left == 3 ? sum1 : left == 2 ? sum2 : sum3);
  if (left == 1 && expected == 0x41) expected = 0xAA;
  if (byte != expected) return refuse();
  if (--left == 0) finish_unanswered();
}

static void end_pixels() {
  if (dialect == 'k') {
    state = AK_CRC_HI;
  } else if (dialect == 'd') {
    finish_unanswered();
  } else {
    left = awa_extra ? 4 : 3;
    state = awa_extra ? AWA_EXTRA : AWA_SUM;
  }
}

// Takes pixels as long as all three bytes of one are here. The busiest place of the firmware: at 1 Mbaud a byte comes
// every 160 cycles.
static __attribute__((optimize("O2"))) void receive_pixels() {
  uint16_t sum = crc;
  while (left && serial_count() >= 3) {
    uint8_t r = serial_take(), g = serial_take(), b = serial_take();
    if (dialect == 'k') {
      sum = crc_add(crc_add(crc_add(sum, r), g), b);
    } else if (dialect == 'w') {
      awa_add(r);
      awa_add(g);
      awa_add(b);
    }
    left--;
    if (index_led == LEDS) continue;
    index_led++;
    place(r, g, b);
  }
  crc = sum;
  if (!left) end_pixels();
}

static uint16_t length_of(uint8_t frame_type) {
  switch (frame_type) {
    case 'p': return 3 * LEDS;
    case 'c': return 4;
    case 'f': return 5;
    default: return 0;
  }
}

static void receive_length(uint8_t low) {
  uint16_t length = (uint16_t)count_hi << 8 | low;
  if (type != 'h' && type != 'p' && type != 'c' && type != 'f') return refuse_ak(UNKNOWN_TYPE);
  if (length != length_of(type)) return refuse_ak(BAD_LENGTH);
  left = length;
  if (type == 'p') begin_pixels(LEDS);
  else state = length ? AK_PAYLOAD : AK_CRC_HI;
}

static void set_cap_and_hold() {
  hold_ms = (uint16_t)payload[2] << 8 | payload[3];
  if (hold_ms < SHORTEST_HOLD_MS) hold_ms = SHORTEST_HOLD_MS;
  hold_ticks = TICKS_PER_MS(hold_ms);
  power_cap((uint16_t)payload[0] << 8 | payload[1]);
  if (lit > lit_most) {
    calm_shrink();
    light_show();
  }
}

static void finish_ak() {
  state = IDLE;
  calm_advance(clock_advance());
  light_host_spoke();
  switch (type) {
    case 'p':
      light_picture();
      send_answer('K', seq, wanted_scale, light_held());
      break;
    case 'f':
      light_fade_to(payload[0], payload[1], payload[2], (uint16_t)payload[3] << 8 | payload[4]);
      send_answer('K', seq, wanted_scale, light_held());
      break;
    case 'c':
      set_cap_and_hold();
      send_hello(seq);
      break;
    default:
      send_hello(seq);
  }
}

static void receive_other(uint8_t byte) {
  switch (state) {
    case DIALECT:
      dialect = byte;
      if (byte == 'k') state = AK_TYPE;
      else if (byte == 'd' || byte == 'w') state = THIRD;
      else state = byte == 'A' ? DIALECT : IDLE;
      return;
    case THIRD:
      awa_extra = dialect == 'w' && byte == 'A';
      if (byte == 'a' || awa_extra) state = COUNT_HI;
      else state = byte == 'A' ? DIALECT : IDLE;
      return;
    case COUNT_HI:
      count_hi = byte;
      state = COUNT_LO;
      return;
    case COUNT_LO:
      count_lo = byte;
      state = COUNT_CHECK;
      return;
    case COUNT_CHECK:
      check = byte;
      return receive_count();
    case AWA_EXTRA:
      awa_add(byte);
      if (--left) return;
      left = 3;
      state = AWA_SUM;
      return;
    case AWA_SUM:
      return finish_awa(byte);
    case AK_CRC_HI:
      check = byte;
      state = AK_CRC_LO;
      return;
    case AK_CRC_LO:
      if (crc != ((uint16_t)check << 8 | byte)) return refuse_ak(BAD_CHECKSUM);
      return finish_ak();
    default:
      break;
  }
  if (state == IDLE) {
    if (byte == 'A') state = DIALECT;
    return;
  }
  crc = crc_add(state == AK_TYPE ? 0xFFFF : crc, byte);  // type ... payload
  switch (state) {
    case AK_TYPE:
      type = byte;
      state = AK_SEQ;
      break;
    case AK_SEQ:
      seq = byte;
      state = AK_LEN_HI;
      break;
    case AK_LEN_HI:
      count_hi = byte;
      state = AK_LEN_LO;
      break;
    case AK_LEN_LO:
      receive_length(byte);
      break;
    default:
      payload[length_of(type) - left] = byte;
      if (--left == 0) state = AK_CRC_HI;
  }
}

static void forget_cut_frame() {
  uint8_t head = RING_HEAD;
  if (head != head_seen) {
    head_seen = head;
    byte_at = TCNT1;
  } else if (state != IDLE && (uint16_t)(TCNT1 - byte_at) > SILENCE_TICKS) {
    RING_TAIL = head;  // the start of a pixel
    if (state >= COUNT_HI) bad_frames++;
    state = IDLE;
  }
}

// Takes what has come, but no more than a ring full, so that the button is looked at on a busy line too.
static void receive_run() {
  for (uint8_t most = 255; most && serial_waiting(); most--) {
    if (state == PIXELS) {
      receive_pixels();
      break;
    }
    receive_other(serial_take());
  }
  forget_cut_frame();
}
