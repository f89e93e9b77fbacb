package org.gpumediator.testkit.ada;

/**
 * The runlist registers of the graphics engine, in the physical function's BAR 0. Used under the
 * board's lock.
 *
 * <p>Source: offsets and bits of SUBMIT and SUBMIT_INFO as the open drivers of Ampere and later use
 * them. Their place in the BAR, what SUBMIT's offset means, and the words from 0x200 on are this
 * project's.
 *
 * <table>
 * <caption>Words</caption>
 * <tr><th>offset</th><th>meaning</th></tr>
 * <tr><td>0x088</td><td>SUBMIT: number of a software runlist in 31:16; length in 15:0, where 0
 *     takes off what is on</td></tr>
 * <tr><td>0x08c</td><td>SUBMIT_INFO: bit 15 while hands change</td></tr>
 * <tr><td>0x200</td><td>status: the software runlist on the engine in 11:0, 0xfff for none; bit 31
 *     while it works</td></tr>
 * <tr><td>0x300, 0x304</td><td>a bit for each software runlist that has work</td></tr>
 * </table>
 */
final class RunlistRegisters {

    static final int START = 0xc0_0000;
    static final int END = START + 0x1000;

    private static final int SUBMIT = START + 0x088;
    private static final int SUBMIT_INFO = START + 0x08c;
    private static final int STATUS = START + 0x200;
    private static final int WORK_LOW = START + 0x300;
    private static final int WORK_HIGH = START + 0x304;

    private final GraphicsEngine engine;

    RunlistRegisters(GraphicsEngine engine) {
        this.engine = engine;
    }

    int read(int offset) {
        return switch (offset) {
            case SUBMIT_INFO -> engine.isChanging() ? 1 << 15 : 0;
            case STATUS -> engine.loaded() | (engine.isBusy() ? 1 << 31 : 0);
            case WORK_LOW -> (int) engine.work();
            case WORK_HIGH -> (int) (engine.work() >>> 32);
            default -> 0;
        };
    }

    void write(int offset, int value) {
        if (offset == SUBMIT) {
            engine.submit((value & 0xffff) == 0 ? GraphicsEngine.NONE : value >>> 16);
        }
    }
}
