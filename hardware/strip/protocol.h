// The words of the wire protocol and the frames the board sends. PROTOCOL.md explains, vectors.toml has the bytes.
#pragma once
#include <stdint.h>
#include "calm.h"
#include "power.h"
#include "serial.h"

#define PROTOCOL 1
#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 0
#define FEATURES (1 | 2 | 4 | 8 | 16 | 32)  // Adalight, AWA, events, receives during show, fade, calm limit

enum Reason : uint8_t { BAD_CHECKSUM = 1, BAD_LENGTH = 2, UNKNOWN_TYPE = 3 };
enum Control : uint8_t { BUTTON = 0, PRESENCE = 1, KNOB = 2 };

static uint16_t hold_ms = HOLD_MS;
static uint32_t hold_ticks = TICKS_PER_MS(HOLD_MS);
static uint8_t bad_frames;
static uint8_t event_seq;
static uint8_t control_value[3];  // the state of button, presence and knob, as last reported

// CRC-16/IBM-3740: polynomial 0x1021, most significant bit first. Start with 0xFFFF.
static inline __attribute__((always_inline)) uint16_t crc_add(uint16_t crc, uint8_t byte) {
  uint8_t x = crc >> 8 ^ byte;
  x ^= x >> 4;
  uint8_t high = (uint8_t)crc ^ (uint8_t)(x << 4) ^ x >> 3;
  uint8_t low = (uint8_t)(x << 5) ^ x;
  return (uint16_t)high << 8 | low;
}

static uint16_t send_crc;

static void send_checked(uint8_t byte) {
  send_crc = crc_add(send_crc, byte);
  serial_send(byte);
}

static void send_checked16(uint16_t word) {
  send_checked(word >> 8);
  send_checked(word);
}

static void send_head(uint8_t type, uint8_t seq, uint8_t length) {
  serial_send('A');
  serial_send('k');
  send_crc = 0xFFFF;
  send_checked(type);
  send_checked(seq);
  send_checked16(length);
}

static void send_tail() {
  uint16_t crc = send_crc;
  serial_send(crc >> 8);
  serial_send(crc);
}

static void send_hello(uint8_t seq) {
  send_head('H', seq, 14);
  send_checked(PROTOCOL);
  send_checked(FIRMWARE_MAJOR);
  send_checked(FIRMWARE_MINOR);
  send_checked16(LEDS);
  send_checked16(cap_ma);
  send_checked16(hold_ms);
  send_checked(FEATURES);
  send_checked(control_value[BUTTON]);
  send_checked(control_value[PRESENCE]);
  send_checked(control_value[KNOB]);
  send_checked(FLASHES);
  send_tail();
}

// `K` for a picture that is on the strip, `N` for a frame refused; `last` is what PROTOCOL.md calls held or reason.
static void send_answer(uint8_t type, uint8_t seq, uint8_t shown_scale, uint8_t last) {
  send_head(type, seq, 5);
  send_checked(shown_scale);
  send_checked16(power_ma());
  send_checked(bad_frames);
  send_checked(last);
  send_tail();
}

static void send_event(Control control) {
  send_head('E', ++event_seq, 3);
  send_checked(control);
  send_checked(control_value[control]);
  send_checked(0);
  send_tail();
}
