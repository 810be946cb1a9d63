// Multiplier tree: dot product of LANES weights of K bits with LANES activations of A bits, one result per cycle.
//   sum = sum over lanes of weight * activation, two's complement
// Ports   weights, activations: lane 0 in the low bits; weights come from weight_registers and are held.
//         weights_signed, activations_signed: 1 two's complement, 0 unsigned, as the low pieces of a wide layer are. With
//         MODES = 0 both operands are always signed, the two ports are ignored and sum is one bit narrower.
//         enable_product, enable_sum: clock the first and the second register; idle when 0.
// Depth   2: the products in carry-save form (all lanes' together, two rows), then their sum. The cut stands there because
//         two rows of OUT bits are far fewer registers than one product per lane.
// Twin    multiply_tile, models/dense_array/dense_math.h
// Without weight registers (weight_registers.sv), the shift of a wide layer's passes (accumulator.sv), saturation (OUT holds
//         every sum).
module mac_tree #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer MODES = 1,
    parameter integer OUT = K + A + $clog2(LANES) + MODES  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable_product,
    input  wire               enable_sum,
    input  wire [LANES*K-1:0] weights,
    input  wire [LANES*A-1:0] activations,
    input  wire               weights_signed,
    input  wire               activations_signed,
    output reg  [    OUT-1:0] sum
);
  wire [OUT-1:0] sum_row, carry_row, total;
  reg [OUT-1:0] held_sum, held_carry;

  product_heap #(
      .K(K), .A(A), .LANES(LANES), .COLUMNS(OUT), .WEIGHT_MODE(MODES != 0 ? 2 : 1), .ACTIVATION_MODE(MODES != 0 ? 2 : 1)
  ) products (
      .weights(weights), .activations(activations), .weights_signed(weights_signed), .activations_signed(activations_signed),
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
