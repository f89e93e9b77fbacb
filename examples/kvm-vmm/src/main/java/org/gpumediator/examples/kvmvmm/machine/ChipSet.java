package org.gpumediator.examples.kvmvmm.machine;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.vmm.TrapHandler;

/** The small devices that Linux looks for on a PC, each by its ports. */
final class ChipSet {

    /** Ports of the real-time clock. */
    static final int CLOCK_PORTS = 0x70;

    /** The ports of the keyboard controller that are used: data and, 4 further, command. */
    static final int KEYBOARD_COMMAND = 0x64;

    /** Ports of ACPI's power management: event block, control block, timer. */
    static final int POWER_PORTS = 0x600;

    static final int POWER_EVENTS = 0;
    static final int POWER_CONTROL = 4;
    static final int POWER_TIMER = 8;
    static final int POWER_LENGTH = 12;

    /** What the guest writes as sleep type to switch off; its tables say so in {@code _S5}. */
    static final int SLEEP_TYPE_OFF = 5;

    /** What the guest writes to the keyboard controller for a reset. */
    private static final int PULSE_RESET = 0xfe;

    private ChipSet() {}

    /** An answer that most registers have: ones to a read, nothing to a write. */
    private abstract static class Device implements TrapHandler {

        @Override
        public long read(long offset, int width) {
            return AccessWidth.ones(width);
        }

        @Override
        public void write(long offset, int width, long value) {}
    }

    /**
     * The real-time clock, in BCD and 24 hours. Source: Motorola MC146818A data sheet; an update is
     * never in progress.
     */
    static TrapHandler clock(InstantSource time) {
        return new Device() {

            private volatile int index;

            @Override
            public long read(long offset, int width) {
                if (offset != 1 || width != 1) {
                    return super.read(offset, width);
                }
                ZonedDateTime now = time.instant().atZone(ZoneOffset.UTC);
                return switch (index) {
                    case 0x00 -> bcd(now.getSecond());
                    case 0x02 -> bcd(now.getMinute());
                    case 0x04 -> bcd(now.getHour());
                    case 0x06 -> bcd(now.getDayOfWeek().getValue() % 7 + 1);
                    case 0x07 -> bcd(now.getDayOfMonth());
                    case 0x08 -> bcd(now.getMonthValue());
                    case 0x09 -> bcd(now.getYear() % 100);
                    case 0x0a -> 0x26; // 32,768 Hz
                    case 0x0b -> 0x02; // 24 hours
                    case 0x0d -> 0x80; // the battery is good
                    case 0x32 -> bcd(now.getYear() / 100);
                    default -> 0;
                };
            }

            @Override
            public void write(long offset, int width, long value) {
                if (offset == 0 && width == 1) {
                    index = (int) value & 0x7f;
                }
            }

            private static int bcd(int value) {
                return value / 10 << 4 | value % 10;
            }
        };
    }

    /** No keyboard controller, but the way to reset that goes through it. */
    static TrapHandler keyboard(Runnable reset) {
        return new Device() {

            @Override
            public void write(long offset, int width, long value) {
                if (offset == 0 && width == 1 && value == PULSE_RESET) {
                    reset.run();
                }
            }
        };
    }

    /**
     * Power management without events: the timer, and the way to switch off. Source: Advanced
     * Configuration and Power Interface Specification 6.4, section 4.8.3.
     */
    static TrapHandler power(MediationClock time, Runnable off) {
        return new Device() {

            private static final int CONTROL_ACPI_MODE = 1;
            private static final int SLEEP_ENABLE = 1 << 13;
            private static final int SLEEP_TYPE_SHIFT = 10;
            private static final long TIMER_HERTZ = 3_579_545;
            private static final long NANOS_PER_SECOND = 1_000_000_000;

            private volatile int enabled;

            @Override
            public long read(long offset, int width) {
                if (offset == POWER_TIMER) {
                    return timer() & AccessWidth.lowBytes(width);
                }
                return switch ((int) offset) {
                    case POWER_EVENTS -> width == 4 ? Integer.toUnsignedLong(enabled << 16) : 0;
                    case POWER_EVENTS + 2 -> enabled;
                    case POWER_CONTROL -> CONTROL_ACPI_MODE;
                    default -> 0;
                };
            }

            private long timer() {
                long nanos = time.nanoTime();
                return nanos / NANOS_PER_SECOND * TIMER_HERTZ
                        + nanos % NANOS_PER_SECOND * TIMER_HERTZ / NANOS_PER_SECOND;
            }

            @Override
            public void write(long offset, int width, long value) {
                if (offset == POWER_EVENTS + 2) {
                    enabled = (int) value & 0xffff;
                } else if (offset == POWER_CONTROL
                        && (value & SLEEP_ENABLE) != 0
                        && (value >>> SLEEP_TYPE_SHIFT & 7) == SLEEP_TYPE_OFF) {
                    off.run();
                }
            }
        };
    }
}
