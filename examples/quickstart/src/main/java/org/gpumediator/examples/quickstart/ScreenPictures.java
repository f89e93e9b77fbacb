package org.gpumediator.examples.quickstart;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.gpumediator.api.vmm.Picture;

/** Pictures of screens, as a drawing that needs no other file. */
final class ScreenPictures {

    private static final int HEIGHT = 270;
    private static final int GAP = 20;
    private static final int CAPTION = 22;

    private ScreenPictures() {}

    /** Draws screens side by side, each with its name above. */
    static String sideBySide(List<String> names, List<Picture> screens) {
        StringBuilder body = new StringBuilder();
        int x = 0;
        for (int i = 0; i < screens.size(); i++) {
            Picture screen = screens.get(i);
            int width = screen.width() * HEIGHT / screen.height();
            body.append("<text class=\"kind\" x=\"").append(x).append("\" y=\"14\">");
            body.append(Drawing.escape(names.get(i))).append("</text>\n");
            body.append("<image x=\"").append(x).append("\" y=\"").append(CAPTION);
            body.append("\" width=\"").append(width).append("\" height=\"").append(HEIGHT);
            body.append("\" href=\"data:image/png;base64,").append(png(screen)).append("\"/>\n");
            x += width + GAP;
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"Screens\""
                + " viewBox=\"0 0 1000 "
                + (HEIGHT + CAPTION + 4)
                + "\">\n"
                + body
                + "</svg>";
    }

    private static String png(Picture screen) {
        int width = screen.width();
        int height = screen.height();
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, screen.pixels(), 0, width);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.setUseCache(false);
            ImageIO.write(image, "png", bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
