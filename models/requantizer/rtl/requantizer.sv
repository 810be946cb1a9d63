// One drain lane: bias, fixed-point multiplication, rounding shift, output zero point, clamp.
//   code = low A bits of clamp(round_half_even((sum + bias) * multiplier / 2^shift) + zero_point, least, greatest)
// Ports   sum, bias: W bits, two's complement. multiplier: M bits, unsigned. shift: 0..62. zero_point, least, greatest: A + 1
//         bits, two's complement, so that unsigned code ranges have room. enable[i] clocks stage i.
// Depth   4: value = sum + bias; product in carry-save form; product; code. bias belongs to stage 0, multiplier to stage 1,
//         shift, zero_point, least and greatest to stage 3: with channels that change every cycle each has to arrive with
//         its stage.
// Twin    requantize, models/requantizer/requantize_math.h
// Without registers for the channel's multiplier and shift; biases beyond W bits.
module requantizer #(
    parameter integer W = 24,
    parameter integer A = 8,
    parameter integer M = 31
) (
    input  wire         clk,
    input  wire [  3:0] enable,
    input  wire [W-1:0] sum,
    input  wire [W-1:0] bias,
    input  wire [M-1:0] multiplier,
    input  wire [  5:0] shift,
    input  wire [  A:0] zero_point,
    input  wire [  A:0] least,
    input  wire [  A:0] greatest,
    output reg  [A-1:0] code
);
  localparam integer P = W + 1 + M;  // bits of the product
  wire [W:0] biased;
  wire [P-1:0] sum_row, carry_row, total;
  reg [W:0] value;
  reg [P-1:0] held_sum, held_carry, product;

  carry_propagate_adder #(.WIDTH(W + 1)) add_bias (
      .a({sum[W-1], sum}), .b({bias[W-1], bias}), .carry_in(1'b0), .sum(biased)
  );
  product_heap #(.K(W + 1), .A(M), .LANES(1), .COLUMNS(P), .WEIGHT_MODE(1), .ACTIVATION_MODE(0)) multiply (
      .weights(value), .activations(multiplier), .weights_signed(1'b1), .activations_signed(1'b0), .addend(1'b0),
      .sum(sum_row), .carry(carry_row)
  );
  carry_propagate_adder #(.WIDTH(P)) add (.a(held_sum), .b(held_carry), .carry_in(1'b0), .sum(total));

  always @(posedge clk) begin
    if (enable[0]) value <= biased;
    if (enable[1]) begin
      held_sum   <= sum_row;
      held_carry <= carry_row;
    end
    if (enable[2]) product <= total;
  end

  // One bit below the whole part is kept as the half; all that falls out below it only matters as zero or not.
  genvar s;
  generate
    for (s = 0; s <= 6; s = s + 1) begin : after
      wire [P:0] word;
      wire rest;
      if (s == 0) begin : unshifted
        assign word = {product, 1'b0};
        assign rest = 1'b0;
      end else if ((1 << (s - 1)) > P) begin : all_out
        assign word = shift[s-1] ? {P + 1{after[s-1].word[P]}} : after[s-1].word;
        assign rest = after[s-1].rest | (shift[s-1] & |after[s-1].word);
      end else begin : stage
        localparam integer BY = 1 << (s - 1);
        assign word = shift[s-1] ? {{BY{after[s-1].word[P]}}, after[s-1].word[P:BY]} : after[s-1].word;
        assign rest = after[s-1].rest | (shift[s-1] & |after[s-1].word[BY-1:0]);
      end
    end
  endgenerate
  wire [P-1:0] whole = after[6].word[P:1];
  wire up = after[6].word[0] & (after[6].rest | whole[0]);

  // A whole part beyond four times the codes' range is clamped whatever is added to it.
  localparam integer S = A + 3;
  wire fits = &whole[P-1:S-1] | ~|whole[P-1:S-1];
  wire [S-1:0] near = fits ? whole[S-1:0] : {whole[P-1], {S - 1{~whole[P-1]}}};
  wire [S:0] shifted_code;
  carry_propagate_adder #(.WIDTH(S + 1)) add_zero_point (
      .a({near[S-1], near}), .b({{S - A{zero_point[A]}}, zero_point}), .carry_in(up), .sum(shifted_code)
  );
  wire below = $signed(shifted_code) < $signed({{S - A{least[A]}}, least});
  wire above = $signed(shifted_code) > $signed({{S - A{greatest[A]}}, greatest});

  always @(posedge clk) if (enable[3]) code <= below ? least[A-1:0] : above ? greatest[A-1:0] : shifted_code[A-1:0];
endmodule
