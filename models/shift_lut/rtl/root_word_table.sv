// round(magnitude * 2^G / sqrt(2)) as a table of 2^A words: the one word that POST's products of odd exponents share before their
// shift. What the shift drops of it is lost; root_table.sv keeps a bit for rounding instead.
// Combinational. Twin: shared_word_magnitude, workloads/formats/product_circuit.h
module root_word_table #(
    parameter integer A = 4,
    parameter integer G = 4
) (
    input  wire [A-1:0] magnitude,
    output wire [A+G-1:0] word
);
  localparam integer WORDS = 1 << A;
  localparam integer WIDTH = A + G;

  // Bit b of all words, word 0 lowest. t = floor(2 * word before rounding) grows by s or s + 1, s the largest with s^2 <= 2^(2G+1).
  function [WORDS-1:0] column(input integer b);
    integer n;
    reg [63:0] x, t, s, goal;
    begin
      s = 0;
      for (x = 1; x * x <= (64'd1 << (2 * G + 1)); x = x + 1) s = x;
      t = 0;
      column = 0;
      for (n = 1; n < WORDS; n = n + 1) begin
        x = {32'd0, n};
        t = t + s;
        goal = x * x << (2 * G + 1);
        if ((t + 1) * (t + 1) <= goal) t = t + 1;
        x = (t + 1) >> 1;
        column[n] = x[b[5:0]];
      end
    end
  endfunction

  genvar b;
  generate
    for (b = 0; b < WIDTH; b = b + 1) begin : bits
      localparam [WORDS-1:0] COLUMN = column(b);
      assign word[b] = COLUMN[magnitude];
    end
  endgenerate
endmodule
