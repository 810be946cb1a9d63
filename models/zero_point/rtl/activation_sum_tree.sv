// Sum of one vector's activations, one for the whole array: the factor of the row_sum correction.
//   sum = sum over lanes of activation, two's complement
// Ports   activations: lane 0 in the low bits; activations_signed: 1 two's complement, 0 unsigned (low piece of a wide
//         layer); with MODES = 0 always signed, port ignored, sum one bit narrower. enable_product, enable_sum: clock the
//         first and the second register; idle when 0.
// Depth   2, the same as the trees', so that the sum meets its vector's partial sums.
// Twin    sum_activations, models/zero_point/zero_point_math.h
module activation_sum_tree #(
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer MODES = 1,
    parameter integer OUT = A + $clog2(LANES) + MODES  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*A-1:0] activations,
    input  wire               activations_signed,
    output reg  [    OUT-1:0] sum
);
  wire [OUT-1:0] sum_row, carry_row, total;
  reg [OUT-1:0] held_sum, held_carry;

  // Weights of one bit that are all 1.
  product_heap #(
      .K(1), .A(A), .LANES(LANES), .COLUMNS(OUT), .WEIGHT_MODE(0), .ACTIVATION_MODE(MODES != 0 ? 2 : 1)
  ) activation_bits (
      .weights({LANES{1'b1}}), .activations(activations), .weights_signed(1'b0), .activations_signed(activations_signed),
      .addend(1'b0), .sum(sum_row), .carry(carry_row)
  );

  carry_propagate_adder #(.WIDTH(OUT)) add (.a(held_sum), .b(held_carry), .carry_in(1'b0), .sum(total));

  always @(posedge clk)
    if (enable_product) begin
      held_sum   <= sum_row;
      held_carry <= carry_row;
    end

  always @(posedge clk) if (enable_sum) sum <= total;
endmodule
